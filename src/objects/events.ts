import type { ResourceSpec } from '../kube/api.ts';
import { countOf, identityOf, objectOf, proseOf, type Refuse, textOf, timeOf, unheard, unreadable } from '../kube/fields.ts';

/** One Event object, whichever API wrote it. */
export interface EventRecord {
  readonly uid: string;
  readonly type: string;
  readonly reason: string;
  readonly kind: string;
  /** Of the object that it is about; empty for cluster-wide ones. */
  readonly namespace: string;
  readonly name: string;
  readonly message: string;
  readonly firstAt: number;
  readonly at: number;
  readonly count: number;
  /** Of an event that a kubelet wrote: its node. */
  readonly node: string | undefined;
}

/**
 * Both APIs serve the same stored objects in two spellings, so one of them is watched: core/v1, or events.k8s.io/v1 where only
 * that is allowed. `keep` is asked first, because events of the rest of the cluster must not fill our memory.
 */
export function eventSpecs(keep: (event: EventRecord) => boolean): {
  core: ResourceSpec<EventRecord>;
  group: ResourceSpec<EventRecord>;
} {
  const project = (raw: unknown, refuse: Refuse = unheard): EventRecord | undefined => {
    const event = readEvent(raw, refuse);
    return event && keep(event) ? event : undefined;
  };
  return {
    core: { source: 'events', path: '/api/v1/events', project },
    group: { source: 'events', path: '/apis/events.k8s.io/v1/events', project },
  };
}

/** Legacy recorders leave eventTime null; new ones leave lastTimestamp null, count 0, and repeat by way of a series. */
export function readEvent(raw: unknown, refuse: Refuse = unheard): EventRecord {
  const { metadata, name: eventName, namespace: eventNamespace } = identityOf(raw);
  const event = objectOf(raw, 'the object', unreadable);
  const series = objectOf(event.series, 'series', refuse);
  const about = event.involvedObject === undefined ? 'regarding' : 'involvedObject';
  const object = objectOf(event[about], about, unreadable);
  const { firstAt, at } = timesOf(event, series, refuse);
  const counts = [series.count, event.count, event.deprecatedCount].map((count) => countOf(count, 'count', refuse) ?? 0);
  return {
    uid: textOf(metadata.uid, 'metadata.uid', refuse) ?? `${eventNamespace}/${eventName}`,
    type: textOf(event.type, 'type', refuse) ?? 'Normal',
    reason: textOf(event.reason, 'reason', refuse, 128) ?? '',
    kind: textOf(object.kind, `${about}.kind`, refuse, 128) ?? '',
    namespace: textOf(object.namespace, `${about}.namespace`, refuse) ?? '',
    name: textOf(object.name, `${about}.name`, refuse) ?? '',
    message: (proseOf(event.message, 'message', refuse, 1024) ?? proseOf(event.note, 'note', refuse, 1024) ?? '').trim(),
    firstAt,
    at,
    count: Math.max(1, counts.find((count) => count > 0) ?? 1),
    node: nodeOf(event, refuse),
  };
}

/** Only kubelets fill in the host (k8s.io/kubernetes v1.36.3, pkg/kubelet/kubelet.go). */
function nodeOf(event: Fields, refuse: Refuse): string | undefined {
  for (const field of ['source', 'deprecatedSource']) {
    const host = textOf(objectOf(event[field], field, refuse).host, `${field}.host`, refuse);
    if (host !== undefined && host !== '') return host;
  }
  return undefined;
}

type Fields = ReturnType<typeof objectOf>;

/** Unix milliseconds: of the first time and of the last one. */
function timesOf(event: Fields, series: Fields, refuse: Refuse): Pick<EventRecord, 'firstAt' | 'at'> {
  const { creationTimestamp } = objectOf(event.metadata, 'metadata', unreadable);
  const at = (field: string): number | undefined => timeOf(event[field], field, refuse);
  const created = timeOf(creationTimestamp, 'metadata.creationTimestamp', refuse);
  const firstAt = at('eventTime') ?? at('firstTimestamp') ?? at('deprecatedFirstTimestamp') ?? created ?? 0;
  const last =
    timeOf(series.lastObservedTime, 'series.lastObservedTime', refuse) ??
    at('lastTimestamp') ??
    at('deprecatedLastTimestamp') ??
    at('eventTime');
  return { firstAt, at: last ?? created ?? firstAt };
}
