import type { KubeClient, ResourceSpec } from '../../kube/api.ts';
import { createDecoder, MalformedObjectError } from '../../kube/decode.ts';
import { KubeStatusError } from '../../kube/errors.ts';
import { type ListLimits, listPages } from '../../kube/list.ts';
import type { Clock } from '../../source/clock.ts';
import { type Answer, refusalOf } from '../../source/kept.ts';
import { type Right, ruleOf } from '../../source/right.ts';

const PAGE = 500;
/** One in a thousand of these is of interest; who has more objects than this has other troubles with a list every half minute. */
const LIMITS: ListLimits = { pageMs: 30_000, wholeMs: 60_000, maxPages: 200, maxItems: 100_000 };
const MOST_KEPT = 5_000;

/** Reads a collection page by page and keeps what the spec keeps of it. Never rejects. @param right what a 403 lacks. */
export async function readObjects<T>(
  client: KubeClient,
  spec: ResourceSpec<T>,
  right: Right,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Answer<readonly T[]>> {
  const decode = createDecoder(spec);
  const objects: T[] = [];
  let refused = 0;
  let message: string | undefined;
  const refuse = (why: string): void => {
    refused++;
    message ??= why;
  };
  const onItem = (bytes: Buffer, start: number, end: number): void => {
    try {
      const { object } = decode(bytes, start, end);
      if (object === undefined) return;
      if (objects.length < MOST_KEPT) objects.push(object);
      else refuse(`more than ${MOST_KEPT} of them are in trouble: the rest is not read`);
    } catch (error) {
      if (!(error instanceof MalformedObjectError)) throw error;
      refuse(`${error.message}: ${error.why}`);
    }
  };
  try {
    await listPages(client, spec, { pageSize: PAGE, signal, clock, onItem, limits: LIMITS });
    return { state: 'ok', value: objects, refused, ...(message !== undefined && { message }) };
  } catch (error) {
    if (error instanceof KubeStatusError && [401, 403, 404].includes(error.status))
      return refusalOf(error.status, `GET ${spec.path}`, ruleOf(right));
    return { state: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
