import type { ApiFacts, ContainerFacts, PodFacts } from '../domain/snapshot.ts';
import { profileOf } from './find.ts';

/**
 * That nothing is wrong yet: no pod is ready, and at least one started so recently that its program is not expected to be. Undefined when a
 * pod is ready, when all have had their time, when starts were not seen, or when the program is unknown.
 */
export function startingUp(api: ApiFacts, now: number): string | undefined {
  const profile = profileOf(api);
  if (!profile || api.pods.state !== 'observed') return undefined;
  const pods = api.pods.value.filter(({ deletingSince }) => deletingSince === undefined);
  if (pods.some(({ ready }) => ready)) return undefined;
  const { seconds, because } = profile.startUp;
  const [youngest] = pods.flatMap((pod) => startOf(pod, now) ?? []).sort((a, b) => a.age - b.age);
  if (!youngest || youngest.age >= seconds) return undefined;
  const { name, age } = youngest;
  return `Pod ${name} started ${Math.round(age)} s ago: ${profile.title} is normally not ready for up to ${seconds} s after a start, because ${because}. Wait another ${Math.ceil(seconds - age)} s before you look further.`;
}

/** Undefined for a pod that has started before: one that crashes again and again is always young. */
function startOf({ name, containers }: PodFacts, now: number): { readonly name: string; readonly age: number } | undefined {
  const servers = containers.filter(({ init }) => !init);
  if (servers.length === 0 || servers.some(hasTrouble)) return undefined;
  const started = Math.max(...servers.map(({ startedAt = Number.NaN }) => startedAt));
  const age = (now - started) / 1000;
  return Number.isFinite(age) && age >= 0 ? { name, age } : undefined;
}

const hasTrouble = ({ running, restarts }: ContainerFacts): boolean => !running || restarts > 0;
