import type { Backend } from '../../objects/backend.ts';
import type { EventRecord } from '../../objects/events.ts';
import type { Clock } from '../../source/clock.ts';

const HOUR = 3_600_000;
const MAX_REMEMBERED = 500;

/** Pods of an API that are gone: their events (evicted, failed to start) outlive them by an hour. */
export interface RememberedPods {
  see(backend: Backend): void;
  has(api: string, pod: string): boolean;
  forget(api: string): void;
}

export function createRememberedPods({ clock }: { clock: Clock }): RememberedPods {
  const seen = new Map<string, Map<string, number>>();
  return {
    see({ api, pods }) {
      let names = seen.get(api.name);
      if (!names) {
        names = new Map();
        seen.set(api.name, names);
      }
      for (const { name } of pods) {
        names.delete(name);
        names.set(name, clock());
      }
      for (const [name, at] of names) {
        if (at >= clock() - HOUR && names.size <= MAX_REMEMBERED) break;
        names.delete(name);
      }
    },
    has: (api, pod) => seen.get(api)?.has(pod) ?? false,
    forget: (api) => void seen.delete(api),
  };
}

/** Whether an event is about an API: its APIService, its Service and slices, its pods, their controllers, their nodes. */
export function concerns(event: EventRecord, backend: Backend, remembered: RememberedPods): boolean {
  const { api, pods } = backend;
  if (event.kind === 'APIService') return event.name === api.name;
  if (event.kind === 'Node') return pods.some(({ node }) => node === event.name);
  return event.namespace === api.backend.namespace && isOfBackend(event, backend, remembered);
}

/** In the namespace of the backend. */
function isOfBackend(event: EventRecord, backend: Backend, remembered: RememberedPods): boolean {
  const { api, slices, workload } = backend;
  switch (event.kind) {
    case 'Service':
    case 'Endpoints':
      return event.name === api.backend.service;
    case 'EndpointSlice':
      return slices.some(({ name }) => name === event.name);
    case 'Pod':
      return isPod(event.name, backend, remembered);
    case 'ReplicaSet':
      return isReplicaSet(event.name, backend);
    default:
      return workload !== undefined && event.kind === workload.kind && event.name === workload.name;
  }
}

function isPod(pod: string, { api, pods, workload }: Backend, remembered: RememberedPods): boolean {
  return remembered.has(api.name, pod) || pods.some(({ name }) => name === pod) || isPodName(pod, workload);
}

function isReplicaSet(name: string, { pods, workload }: Backend): boolean {
  return pods.some(({ owner }) => owner === `ReplicaSet/${name}`) || (workload?.kind === 'Deployment' && isChildName(name, workload.name));
}

/** `<workload>-<suffix>`, with one suffix: `web-5d4f` is web's, `web-admin-5d4f` is not. */
function isChildName(name: string, parent: string): boolean {
  return name.startsWith(`${parent}-`) && /^[a-z0-9]+$/.test(name.slice(parent.length + 1));
}

/** A pod that never was seen, by how controllers name pods. */
function isPodName(name: string, workload: Backend['workload']): boolean {
  if (!workload || !name.startsWith(`${workload.name}-`)) return false;
  const suffix = name.slice(workload.name.length + 1);
  switch (workload.kind) {
    case 'Deployment':
      return /^[a-z0-9]{1,10}-[a-z0-9]{5}$/.test(suffix);
    case 'DaemonSet':
      return /^[a-z0-9]{5}$/.test(suffix);
    case 'StatefulSet':
      return /^\d+$/.test(suffix);
  }
}
