import type { Clock } from '../source/clock.ts';
import type { KubeClient, ResourceSpec } from './api.ts';
import { KubeRequestError } from './errors.ts';
import { createListSplitter, type ListEnvelope } from './list-splitter.ts';
import { consume, refusalOf } from './stream.ts';

export interface ListOptions {
  readonly pageSize: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** One object, as bytes that are valid only during the call. */
  readonly onItem: (bytes: Buffer, start: number, end: number) => void;
  readonly limits?: Partial<ListLimits>;
}

/** A list that reaches one of these is given up: the other side would go on for ever, a byte or a page at a time. */
export interface ListLimits {
  readonly pageMs: number;
  readonly wholeMs: number;
  readonly maxPages: number;
  readonly maxItems: number;
}

/** A page of 500 large pods is 10 MB; a cluster of Kubernetes' own limits has 150,000 pods. */
const LIST_LIMITS: ListLimits = { pageMs: 60_000, wholeMs: 600_000, maxPages: 4_000, maxItems: 1_000_000 };

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
  const { maxPages, maxItems, wholeMs } = { ...LIST_LIMITS, ...options.limits };
  const began = performance.now();
  let items = 0;
  const counting: ListOptions = {
    ...options,
    onItem(bytes, start, end) {
      items++;
      options.onItem(bytes, start, end);
    },
  };
  let next: string | undefined;
  for (let pages = 1; ; pages++) {
    const page = await onePage(client, spec, next, counting);
    if (page.continue === undefined) return page.resourceVersion;
    const seconds = Math.round((performance.now() - began) / 1000);
    const read = `${pages} pages with ${items} objects in ${seconds} s`;
    if (page.continue === next) throw endless(spec.path, `${read}: the next page has the token of this one`);
    if (pages >= maxPages || items >= maxItems || performance.now() - began >= wholeMs) throw endless(spec.path, `${read}, and it goes on`);
    next = page.continue;
  }
}

async function onePage(
  client: KubeClient,
  spec: Parameters<typeof listPages>[1],
  next: string | undefined,
  { pageSize, signal, clock, onItem, limits }: ListOptions,
): Promise<ListEnvelope> {
  const path = collectionPath(spec, { limit: String(pageSize), ...(next === undefined ? {} : { continue: next }) });
  const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
  const response = await client.open(path, { signal, ...(spec.metadataOnly ? { headers: { accept } } : {}) });
  if (response.statusCode !== 200) throw await refusalOf(response, spec.path, clock);
  try {
    const splitter = createListSplitter(onItem);
    await consume(response, spec.path, { idleMs: () => IDLE_MS, wholeMs: limits?.pageMs ?? LIST_LIMITS.pageMs }, (chunk) =>
      splitter.push(chunk),
    );
    return splitter.end();
  } catch (error) {
    if (error instanceof KubeRequestError) throw error;
    const words = `answered 200, but not with a list: ${(error as Error).message}`;
    throw new KubeRequestError('GET', spec.path, 'GARBAGE', { words, cause: error });
  }
}

function endless(path: string, why: string): KubeRequestError {
  return new KubeRequestError('GET', path, 'TOO_LARGE', `the list does not end: ${why}`);
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
