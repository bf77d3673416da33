import type { ResourceSpec } from '../kube/api.ts';
import { count, identityOf, rawObject, text, time } from '../kube/raw.ts';

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
}

/**
 * Both APIs serve the same stored objects in two spellings, so one of them is watched: core/v1, or events.k8s.io/v1 where only
 * that is allowed. `keep` is asked first, because events of the rest of the cluster must not fill our memory.
 */
export function eventSpecs(keep: (event: EventRecord) => boolean): {
  core: ResourceSpec<EventRecord>;
  group: ResourceSpec<EventRecord>;
} {
  const project = (raw: unknown): EventRecord | undefined => {
    const event = readEvent(raw);
    return event && keep(event) ? event : undefined;
  };
  return {
    core: { source: 'events', path: '/api/v1/events', rule: 'events: list, watch', project },
    group: { source: 'events', path: '/apis/events.k8s.io/v1/events', rule: 'events.k8s.io/events: list, watch', project },
  };
}

/** Legacy recorders leave eventTime null; new ones leave lastTimestamp null, count 0, and repeat by way of a series. */
export function readEvent(raw: unknown): EventRecord {
  const { metadata, name: eventName, namespace: eventNamespace } = identityOf(raw);
  const event = rawObject(raw);
  const series = rawObject(event.series);
  const object = rawObject(event.involvedObject ?? event.regarding);
  const created = time(metadata.creationTimestamp);
  const started = time(event.eventTime) ?? time(event.firstTimestamp) ?? time(event.deprecatedFirstTimestamp) ?? created ?? 0;
  const last = time(series.lastObservedTime) ?? time(event.lastTimestamp) ?? time(event.deprecatedLastTimestamp) ?? time(event.eventTime);
  return {
    uid: text(metadata.uid) ?? `${eventNamespace}/${eventName}`,
    type: text(event.type) ?? 'Normal',
    reason: text(event.reason, 128) ?? '',
    kind: text(object.kind, 128) ?? '',
    namespace: text(object.namespace) ?? '',
    name: text(object.name) ?? '',
    message: (text(event.message, 1024) ?? text(event.note, 1024) ?? '').trim(),
    firstAt: started,
    at: last ?? created ?? started,
    count: Math.max(1, count(series.count) || count(event.count) || count(event.deprecatedCount)),
  };
}
