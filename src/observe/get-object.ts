import type { KubeClient } from '../kube/api.ts';
import { type Answer, refusalOf } from '../source/kept.ts';
import { type Right, ruleOf } from '../source/right.ts';

const LIMITS = { timeoutMs: 15_000, maxBytes: 8 * 2 ** 20 };

/** One object, or one page of a list, as it was parsed. Never rejects. @param right what a 403 lacks. */
export async function getObject(client: KubeClient, path: string, right: Right): Promise<Answer<unknown>> {
  try {
    const { status, body } = await client.request(path, LIMITS);
    if (status !== 200) return refusalOf(status, `GET ${path}`, ruleOf(right));
    return { state: 'ok', value: JSON.parse(body.toString('utf8')) as unknown };
  } catch (error) {
    return { state: 'failed', message: `GET ${path}: ${error instanceof Error ? error.message : String(error)}` };
  }
}
