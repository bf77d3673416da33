import { identityOf, type Refuse, refusalText, shortened } from '../../kube/fields.ts';
import { rawArray, rawObject } from '../../kube/raw.ts';
import { API_SERVICES, type ApiServiceRecord } from '../../objects/api-services.ts';
import { CRON_JOBS, type CronJobRecord } from '../../objects/cron-jobs.ts';
import { ENDPOINT_SLICES, type SliceRecord } from '../../objects/endpoint-slices.ts';
import { type EventRecord, readEvent } from '../../objects/events.ts';
import { NODES, type NodeRecord } from '../../objects/nodes.ts';
import { PODS, type PodRecord } from '../../objects/pods.ts';
import { type PolicyRecord, readNetworkPolicy } from '../../objects/policy/network-policy.ts';
import { SERVICES, type ServiceRecord } from '../../objects/services.ts';
import { WORKLOAD_KINDS, WORKLOADS, type WorkloadRecord } from '../../objects/workloads.ts';
import type { Kind, ObjectsByKind } from './objects.ts';

/** The objects of a dump, read as the live sources read them. Undefined = the dump holds none of that kind. */
export interface Records {
  readonly apis: readonly ApiServiceRecord[] | undefined;
  readonly services: readonly ServiceRecord[] | undefined;
  readonly slices: readonly SliceRecord[] | undefined;
  readonly pods: readonly PodRecord[] | undefined;
  readonly workloads: readonly WorkloadRecord[] | undefined;
  readonly events: readonly EventRecord[] | undefined;
  readonly nodes: readonly NodeRecord[] | undefined;
  readonly policies: readonly PolicyRecord[] | undefined;
  readonly cronJobs: readonly CronJobRecord[] | undefined;
}

export function recordsOf(objects: ObjectsByKind, note: (text: string) => void): Records {
  const read = <T>(kind: Kind, project: (raw: unknown, refuse: Refuse) => T | undefined): T[] | undefined => {
    const raw = objects.get(kind);
    if (!raw) return undefined;
    const records: T[] = [];
    let malformed = 0;
    let refused = 0;
    let first = '';
    const refuse: Refuse = (field, value, allowed) => {
      refused++;
      first ||= refusalText({ field, value: shortened(value), allowed });
      return undefined;
    };
    for (const object of raw) {
      try {
        const record = project(object, refuse);
        if (record !== undefined) records.push(record);
      } catch {
        malformed++;
      }
    }
    if (refused > 0) note(`${refused} values in objects of kind ${kind} are not used, the first: ${first}`);
    if (malformed > 0) note(`${malformed} of ${raw.length} objects of kind ${kind} are malformed`);
    return records;
  };
  const slices = read('EndpointSlice', ENDPOINT_SLICES.project);
  const legacy = read('Endpoints', sliceOfEndpoints);
  const workloads = WORKLOAD_KINDS.flatMap((kind, index) => {
    const spec = WORKLOADS[index];
    return (spec && read(kind, spec.project)) ?? [];
  });
  return {
    apis: read('APIService', API_SERVICES.project),
    services: read('Service', SERVICES.project),
    slices: slices ?? legacy,
    pods: read('Pod', PODS.project),
    workloads: workloads.length > 0 ? workloads : undefined,
    events: read('Event', readEvent),
    nodes: read('Node', NODES.project),
    policies: read('NetworkPolicy', readNetworkPolicy),
    cronJobs: read('CronJob', CRON_JOBS.project),
  };
}

/** Endpoints, which must-gathers and older clusters hold, as the EndpointSlice that says the same. */
function sliceOfEndpoints(raw: unknown, refuse: Refuse): SliceRecord | undefined {
  const { name, namespace } = identityOf(raw);
  const subsets = rawArray(rawObject(raw).subsets).map(rawObject);
  const endpoint = (value: unknown, ready: boolean) => ({ ...rawObject(value), addresses: [rawObject(value).ip], conditions: { ready } });
  return ENDPOINT_SLICES.project(
    {
      metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      // An unnamed port is '' in a slice and absent here.
      ports: subsets.flatMap(({ ports }) => rawArray(ports).map((port) => ({ name: '', ...rawObject(port) }))),
      endpoints: subsets.flatMap(({ addresses, notReadyAddresses }) => [
        ...rawArray(addresses).map((address) => endpoint(address, true)),
        ...rawArray(notReadyAddresses).map((address) => endpoint(address, false)),
      ]),
    },
    refuse,
  );
}
