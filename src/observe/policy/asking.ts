import type { KubeClient } from '../../kube/api.ts';
import { rawArray, rawObject } from '../../kube/raw.ts';

const ASK = { timeoutMs: 10_000, maxBytes: 8 * 2 ** 20 };
const PAGE = 500;
const MAX_PAGES = 4;

/** `failed`: could not be asked, in words. */
export type Listed =
  | { readonly state: 'ok'; readonly items: readonly unknown[] }
  | { readonly state: 'forbidden' | 'absent' }
  | { readonly state: 'failed'; readonly why: string };

/** A whole collection, at most 2,000 objects of it: with more it has failed. Never rejects. @param limit of how many is enough. */
export async function listAll(client: KubeClient, path: string, limit?: number): Promise<Listed> {
  const items: unknown[] = [];
  let next: unknown;
  for (let page = 0; page < MAX_PAGES; page++) {
    const more = typeof next === 'string' && next !== '' ? `&continue=${encodeURIComponent(next)}` : '';
    const answer = await ask(client, `${path}${path.includes('?') ? '&' : '?'}limit=${limit ?? PAGE}${more}`);
    if (answer.state !== 'ok') return answer;
    const { items: found, metadata } = rawObject(answer.body);
    items.push(...rawArray(found));
    next = rawObject(metadata).continue;
    if (limit !== undefined || typeof next !== 'string' || next === '') return { state: 'ok', items };
  }
  return { state: 'failed', why: `there are more than ${PAGE * MAX_PAGES}` };
}

type Asked = Exclude<Listed, { state: 'ok' }> | { readonly state: 'ok'; readonly body: unknown };

export async function ask(client: KubeClient, path: string): Promise<Asked> {
  try {
    const { status, body } = await client.request(path, ASK);
    if (status === 200) return { state: 'ok', body: JSON.parse(body.toString('utf8')) as unknown };
    if (status === 404) return { state: 'absent' };
    return status === 403 ? { state: 'forbidden' } : { state: 'failed', why: `GET ${path}: ${status}` };
  } catch (error) {
    return { state: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}

/** The one object of this name, by a list: that takes no other right than the watch beside it. */
export async function findNamed(client: KubeClient, collection: string, name: string): Promise<unknown> {
  const found = await listAll(client, `${collection}?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`);
  if (found.state !== 'ok') return undefined;
  return found.items.find((item) => rawObject(rawObject(item).metadata).name === name);
}
