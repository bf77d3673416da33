import type { Clock } from '../source.ts';
import type { KubeClient, ResourceSpec } from './api.ts';
import { KubeRequestError, statusErrorOf } from './errors.ts';
import { createListSplitter, type ListEnvelope } from './list-splitter.ts';
import { consume, shortText } from './stream.ts';

export interface ListOptions {
  readonly pageSize: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** One object, as bytes that are valid only during the call. */
  readonly onItem: (bytes: Buffer, start: number, end: number) => void;
}

/** Nothing of a page for this long: the connection is dead. */
const IDLE_MS = 30_000;

/**
 * Reads a collection page by page; items are handed out as they arrive. Resolves with the resourceVersion to watch from.
 * Rejects with KubeStatusError or KubeRequestError; what was handed out before is true all the same.
 */
export async function listPages(
  client: KubeClient,
  spec: Pick<ResourceSpec<unknown>, 'path' | 'labelSelector' | 'fieldSelector' | 'metadataOnly'>,
  options: ListOptions,
): Promise<string> {
  let next: string | undefined;
  for (;;) {
    const page = await onePage(client, spec, next, options);
    if (page.continue === undefined) return page.resourceVersion;
    next = page.continue;
  }
}

async function onePage(
  client: KubeClient,
  spec: Parameters<typeof listPages>[1],
  next: string | undefined,
  { pageSize, signal, clock, onItem }: ListOptions,
): Promise<ListEnvelope> {
  const path = collectionPath(spec, { limit: String(pageSize), ...(next === undefined ? {} : { continue: next }) });
  const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
  const response = await client.open(path, { signal, ...(spec.metadataOnly ? { headers: { accept } } : {}) });
  if (response.statusCode !== 200)
    throw statusErrorOf(spec.path, response.statusCode!, response.headers, await shortText(response, spec.path), clock());
  try {
    const splitter = createListSplitter(onItem);
    await consume(
      response,
      spec.path,
      () => IDLE_MS,
      (chunk) => splitter.push(chunk),
    );
    return splitter.end();
  } catch (error) {
    if (error instanceof KubeRequestError) throw error;
    throw new KubeRequestError('GET', spec.path, 'GARBAGE', `answered 200, but not with a list: ${(error as Error).message}`, error);
  }
}

export function collectionPath(
  spec: Pick<ResourceSpec<unknown>, 'path' | 'labelSelector' | 'fieldSelector'>,
  query: Readonly<Record<string, string>>,
): string {
  const parameters = new URLSearchParams(query);
  if (spec.labelSelector !== undefined) parameters.set('labelSelector', spec.labelSelector);
  if (spec.fieldSelector !== undefined) parameters.set('fieldSelector', spec.fieldSelector);
  return `${spec.path}?${parameters}`;
}
