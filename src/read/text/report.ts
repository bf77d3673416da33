import type { ConditionFacts, PodFacts, ReportFacts } from '../../domain/snapshot.ts';
import type { Said } from './matches.ts';

/** A pod that restarted so often, and within the hour, is not well, even when it is ready just now. */
const RESTLESS = 5;
const QUOTED = 160;
/** Of pods: what troubles them. */
export const RESTARTS = 'a container of it restarts again and again';

/** What a text says of one API. */
export interface Testimony {
  readonly condition: ConditionFacts | undefined;
  /** How often somebody who watched saw it turn from available to not. */
  readonly lost: number;
  /** What its messages say. */
  readonly said: Said;
  /** What shows that it answers. */
  readonly proofs: readonly string[];
  /** What a program claims of it: an alert, a metric, an autoscaler. */
  readonly claimed: string | undefined;
  /** What its pods and tables say. */
  readonly trouble: string | undefined;
  /** What its messages and programs say is older than an answer. */
  readonly over: boolean;
}

/**
 * Undefined when the text proves nothing. An error that somebody got outweighs a condition and an answer: they may be older. What is
 * known as noise (roles `harmless` and `ordinary`) is no error, and beside what shows that the API answers no more is what it answers in spite of.
 */
export function reportOf(testimony: Testimony): ReportFacts | undefined {
  const { condition, proofs, over } = testimony;
  const shown = [...(condition?.status === 'True' ? ['the condition Available is True'] : []), ...proofs];
  const error = lostError(testimony.lost) ?? conditionError(condition) ?? errorOf(testimony, shown.length > 0);
  if (error !== undefined) return { state: 'failing', because: error };
  return shown.length > 0 ? { state: 'healthy', because: [...shown, ...(over ? ['its errors are older'] : [])].join(', and ') } : undefined;
}

/** What stands beside the condition. @param answers something shows that the API does. */
function errorOf({ said, claimed, trouble, over, proofs }: Testimony, answers: boolean): string | undefined {
  if (over) return trouble;
  const partial = answers ? undefined : said.partial;
  // That the condition is True is not enough: it says nothing of this request.
  const single = proofs.length > 0 ? undefined : said.single;
  return quoted(said.error ?? partial ?? single) ?? claimed ?? trouble ?? quoted(said.unknownError);
}

function lostError(lost: number): string | undefined {
  return lost === 0
    ? undefined
    : `the condition Available turned from True ${lost === 1 ? 'once' : `${lost} times`} while somebody watched`;
}

export function conditionError(condition: ConditionFacts | undefined): string | undefined {
  if (!condition || condition.status === 'True') return undefined;
  return `the condition Available is ${condition.status}${condition.reason === '' ? '' : ` (${condition.reason})`}`;
}

function quoted(line: string | undefined): string | undefined {
  if (line === undefined) return undefined;
  return `the text shows an error that somebody got: ${line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line}`;
}

/** Why pods that were listed cannot serve, or hardly. */
export function troubleOf(pods: readonly PodFacts[]): string | undefined {
  const serving = pods.filter(({ ready, deletingSince }) => ready && deletingSince === undefined);
  if (pods.length > 0 && serving.length === 0 && pods.some(({ phase }) => phase !== 'Succeeded')) return 'none of its pods is ready';
  const containers = pods.flatMap((pod) => pod.containers);
  const waiting = containers.find((container) => container.waiting)?.waiting;
  if (waiting) return `a container of it waits: ${waiting.reason}`;
  if (containers.some(({ terminated, lastTermination }) => (terminated ?? lastTermination)?.reason === 'OOMKilled'))
    return 'a container of it was killed for want of memory';
  const restless = containers.some(({ restarts, restartTimes }) => restarts >= RESTLESS && restartTimes.length > 0);
  return restless ? RESTARTS : undefined;
}
