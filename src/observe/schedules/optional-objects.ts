import type { Observed } from '../../domain/observed.ts';
import type { SourceName } from '../../domain/sources.ts';
import type { ResourceSpec } from '../../kube/api.ts';
import { createKept, observedOf } from '../../source/kept.ts';
import { createPeriodicSource } from '../../source/periodic.ts';
import type { Right } from '../../source/right.ts';
import type { Source } from '../../source/source.ts';
import type { Surroundings } from '../define-source.ts';
import { readObjects } from '../impact/read-objects.ts';

/** What could not be read again for so long is not known any more. */
const STALE_MS = 10 * 60_000;
const INTERVAL_MS = 30_000;
/** They change a few times a day. What begins to fail is a reason to look at once. */
const TURNS = 6;

export interface OptionalObjects<T> {
  readonly source: SourceName;
  /** For the log, e.g. `Schedules of Velero`. */
  readonly what: string;
  readonly right: Right;
  readonly spec: ResourceSpec<T>;
  /** Called with all of them after each look. */
  readonly onRead: (objects: readonly T[]) => void;
}

/** Objects of a CustomResourceDefinition that a cluster may have: all of them are read now and then, and a 404 is "not there". */
export function createOptionalObjects<T>(
  { source, what, right, spec, onRead }: OptionalObjects<T>,
  { client, clock, log, options }: Pick<Surroundings, 'client' | 'clock' | 'log' | 'options'>,
): Source & { known(): Observed<true> } {
  const kept = createKept<true>({ what, about: { source }, clock, log, staleAfterMs: STALE_MS });
  const restMs = options.impactIntervalMs ?? INTERVAL_MS;
  return {
    ...createPeriodicSource({
      name: source,
      intervalMs: TURNS * restMs,
      restMs,
      staleAfterMs: STALE_MS,
      log,
      needs: 'all',
      parts: () => [kept.part()],
      async read(signal) {
        const answer = await readObjects(client, spec, right, { clock, signal });
        if (signal.aborted) return;
        if (answer.state === 'ok') onRead(answer.value);
        kept.take(answer.state === 'ok' ? { ...answer, value: true } : answer);
      },
    }),
    known: () => observedOf(kept),
  };
}
