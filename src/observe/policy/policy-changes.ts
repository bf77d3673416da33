import type { Change } from '../../domain/snapshot.ts';
import { countOf, timeOf, unheard } from '../../kube/fields.ts';
import { lastWriter, type Writer } from '../../kube/managed-fields.ts';
import { rawObject } from '../../kube/raw.ts';
import { attribution } from '../discovery/changes.ts';

/** As much of a policy as tells whether it is another one than before. */
export interface Version {
  /** `namespace/name`, or the name alone. */
  readonly name: string;
  readonly uid: string;
  /** Grows with each change of the spec, and of nothing else. */
  readonly generation: number;
  readonly createdAt?: number;
  readonly writer?: Writer;
}

/** Undefined: without a name or a generation nobody can tell one from another. */
export function versionOf(raw: unknown): Version | undefined {
  const { name, namespace, uid, generation, creationTimestamp, managedFields } = rawObject(rawObject(raw).metadata);
  const counted = countOf(generation, 'metadata.generation', unheard);
  if (typeof name !== 'string' || typeof uid !== 'string' || counted === undefined) return undefined;
  const createdAt = timeOf(creationTimestamp, 'metadata.creationTimestamp', unheard);
  const writer = lastWriter(managedFields);
  return {
    name: typeof namespace === 'string' && namespace !== '' ? `${namespace}/${name}` : name,
    uid,
    generation: counted,
    ...(createdAt !== undefined && { createdAt }),
    ...(writer && { writer }),
  };
}

/** What is another one now, of one kind in one place. @param now Unix milliseconds: of the look, which comes up to a minute later. */
export function changesBetween(kind: string, before: readonly Version[], after: readonly Version[], now: number): Change[] {
  const known = new Map(before.map((one) => [one.name, one]));
  const gone = new Map(known);
  const changes: Change[] = [];
  const tell = (name: string, summary: string, by: Pick<Change, 'at' | 'manager'>) =>
    changes.push({ what: 'network-policy', object: `${kind} ${name}`, summary, ...by });
  for (const one of after) {
    const old = known.get(one.name);
    gone.delete(one.name);
    if (!old || old.uid !== one.uid) {
      const by = attribution(undefined, one.writer, now);
      tell(one.name, old ? 'replaced' : 'added', { ...by, at: Math.min(now, one.createdAt ?? by.at) });
    } else if (old.generation !== one.generation) tell(one.name, 'changed', attribution(old.writer, one.writer, now));
  }
  for (const name of gone.keys()) tell(name, 'deleted', { at: now });
  return changes;
}
