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

export interface OptionalKind<T> {
  /** For the log, e.g. `Schedules of Velero`. */
  readonly what: string;
  readonly right: Right;
  readonly spec: ResourceSpec<T>;
  /** Called with all of them after each look. */
  onRead(objects: readonly T[]): void;
}

/** What a source reads: kinds of a CustomResourceDefinition that a cluster may have. Each is read in its order, and is known or not by itself. */
export interface OptionalObjects {
  readonly source: SourceName;
  readonly kinds: readonly OptionalKind<unknown>[];
}

/** All objects of some kinds are read now and then, and a 404 is "not there". `known` says of each kind, in their order, whether it was read. */
export function createOptionalObjects(
  { source, kinds }: OptionalObjects,
  { client, clock, log, options }: Pick<Surroundings, 'client' | 'clock' | 'log' | 'options'>,
): Source & { known(): readonly Observed<true>[] } {
  const parts = kinds.map((kind) => ({
    kind,
    kept: createKept<true>({ what: kind.what, about: { source }, clock, log, staleAfterMs: STALE_MS }),
  }));
  const restMs = options.impactIntervalMs ?? INTERVAL_MS;
  return {
    ...createPeriodicSource({
      name: source,
      intervalMs: TURNS * restMs,
      restMs,
      staleAfterMs: STALE_MS,
      log,
      needs: 'all',
      parts: () => parts.map(({ kept }) => kept.part()),
      async read(signal) {
        for (const { kind, kept } of parts) {
          const answer = await readObjects(client, kind.spec, kind.right, { clock, signal });
          if (signal.aborted) return;
          if (answer.state === 'ok') kind.onRead(answer.value);
          kept.take(answer.state === 'ok' ? { ...answer, value: true } : answer);
        }
      },
    }),
    known: () => parts.map(({ kept }) => observedOf(kept)),
  };
}
