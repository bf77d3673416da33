import type { ApiTarget } from '../../objects/targets.ts';
import { type FollowedContainer, keyOf } from './followed-container.ts';

export interface WantedStream {
  readonly container: FollowedContainer;
  /** Names of the APIs that are behind the container. */
  readonly apis: readonly string[];
}

/** The containers behind the APIs, each once, APIs taking turns, so that a limit leaves each of them its first ones. */
export function wantedStreams(targets: readonly ApiTarget[]): WantedStream[] {
  const wanted = new Map<string, { container: FollowedContainer; apis: string[] }>();
  const queues = targets.map((target) => ({ api: target.name, containers: containersOf(target) }));
  const longest = Math.max(0, ...queues.map(({ containers }) => containers.length));
  for (let turn = 0; turn < longest; turn++)
    for (const { api, containers } of queues) {
      const container = containers[turn];
      if (!container) continue;
      const key = keyOf(container);
      const known = wanted.get(key);
      if (known) known.apis.push(api);
      else wanted.set(key, { container, apis: [api] });
    }
  return [...wanted.values()];
}

/** Servers before init containers; those that have not even a node have no log. An init container that is done says no more. */
function containersOf(target: ApiTarget): FollowedContainer[] {
  const pods = target.pods.filter((pod) => pod.node !== undefined);
  const pick = (init: boolean) =>
    pods.flatMap((pod) =>
      pod.containers
        .filter((container) => container.init === init && (!init || container.running || container.restarts > 0))
        .map(({ name, restarts, running, startedAt }): FollowedContainer => {
          const { namespace, name: podName, uid } = pod;
          return { namespace, pod: podName, uid, container: name, restarts, running, ...(startedAt === undefined ? {} : { startedAt }) };
        }),
    );
  return [...pick(false), ...pick(true)];
}
