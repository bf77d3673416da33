import { rawArray, rawObject } from '../../kube/raw.ts';
import { auditEvents } from './audit.ts';
import type { EnvelopeCarrier, Enveloped } from './carrier.ts';

type Document = Readonly<Record<string, unknown>>;

/** What puts lines of other programs into JSON documents, by who writes it. */
export const ENVELOPES: readonly EnvelopeCarrier[] = [
  {
    name: 'audit log of a kube-apiserver',
    source: 'k8s.io/apiserver v0.36.3 pkg/apis/audit/v1/types.go Event, EventList',
    open: auditEvents,
  },
  {
    name: 'docker json-file',
    source: 'moby 28.3 daemon/logger/jsonfilelog/jsonlog/jsonlog.go',
    open: (document) => (textOf(document.stream) && textOf(document.time) ? carried(document.log, [document.time]) : undefined),
  },
  {
    name: 'Fluent Bit, Fluentd, AWS FireLens, Container Insights',
    source: 'Fluent Bit 4.0 plugins/filter_kubernetes/kube_meta.c, fluent-plugin-kubernetes_metadata_filter 3.8',
    open: (document) => {
      const { kubernetes } = document;
      if (kubernetes === undefined && document.container_name === undefined) return undefined;
      const { pod_name: pod, container_name: container } = rawObject(kubernetes);
      return carried(document.log ?? document.message, [
        document.time ?? document['@timestamp'],
        pod,
        container ?? document.container_name,
      ]);
    },
  },
  {
    name: 'Google Cloud Logging (Stackdriver)',
    source: 'logging.googleapis.com v2 LogEntry; GKE takes klog headers apart into severity, timestamp and sourceLocation',
    open: (document) => (has(document, ['insertId', 'logName', 'receiveTimestamp', 'resource']) ? logEntry(document) : undefined),
  },
  {
    name: 'journalctl -o json',
    source: 'systemd 257 Journal Export Formats, systemd.journal-fields(7)',
    open: (document) =>
      has(document, ['__REALTIME_TIMESTAMP', '_SYSTEMD_UNIT', 'SYSLOG_IDENTIFIER', '__CURSOR'])
        ? carried(document.MESSAGE, [
            isoOf(Number(document.__REALTIME_TIMESTAMP) / 1000),
            document._SYSTEMD_UNIT,
            document.SYSLOG_IDENTIFIER,
          ])
        : undefined,
  },
  {
    name: 'CloudWatch Logs event',
    source: 'CloudWatch Logs API 2014-03-28 OutputLogEvent, FilteredLogEvent; CloudWatch Logs Insights ResultField',
    open: (document) => cloudWatch(document),
  },
  {
    name: 'stern -o json',
    source: 'stern 1.33 stern/tail.go Log',
    open: ({ message, podName, containerName }) =>
      textOf(podName) && textOf(containerName) ? carried(message, [podName, containerName]) : undefined,
  },
  {
    name: 'Elastic Beats, Kibana',
    source: 'Elastic Common Schema 9.0: agent, kubernetes; Elasticsearch search hit',
    open: (document) => {
      const source = rawObject(document._source ?? document);
      const { agent, kubernetes } = source;
      const { pod, container } = rawObject(kubernetes);
      return agent === undefined && document._source === undefined
        ? undefined
        : carried(source.message ?? source.log, [source['@timestamp'], rawObject(pod).name, rawObject(container).name]);
    },
  },
  {
    name: 'logcli -o jsonl',
    source: 'Grafana Loki 3.5 pkg/logcli/output/jsonl.go',
    open: ({ line, labels, timestamp }) => (labels === undefined ? undefined : carried(line, [timestamp, ...namesIn(labels)])),
  },
  {
    name: 'alerts of Alertmanager and Prometheus',
    source: 'Alertmanager 0.28 webhook version 4 and API v2 GettableAlert, Prometheus 3.5 /api/v1/alerts',
    open: (document) =>
      alerts(document.alerts ?? rawObject(document.data).alerts) ?? (isAlert(document) ? [alertLine(document)] : undefined),
  },
  {
    name: 'message of Slack',
    source: 'Slack Web API chat.postMessage, conversations.history: text, attachments',
    open: (document) => slack(document),
  },
];

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function has(document: Document, keys: readonly string[]): boolean {
  return keys.some((key) => document[key] !== undefined);
}

function carried(body: unknown, head: readonly unknown[]): readonly Enveloped[] | undefined {
  if (typeof body !== 'string') return undefined;
  return [{ head: head.filter((part) => typeof part === 'string').join(' '), body: body.replace(/\n$/, '') }];
}

function namesIn(labels: unknown): readonly unknown[] {
  const { pod, container, unit } = rawObject(labels);
  return [pod, container, unit];
}

const LETTER_OF: ReadonlyMap<unknown, string> = new Map([
  ['DEFAULT', 'I'],
  ['DEBUG', 'I'],
  ['INFO', 'I'],
  ['NOTICE', 'I'],
  ['WARNING', 'W'],
  ['ERROR', 'E'],
  ['CRITICAL', 'F'],
  ['ALERT', 'F'],
  ['EMERGENCY', 'F'],
]);

/** A text, or JSON whose message klog's header is put before again, or JSON of a program of its own. */
function logEntry(entry: Document): readonly Enveloped[] | undefined {
  const { pod_name: pod, container_name: container } = rawObject(rawObject(entry.resource).labels);
  const head = [entry.timestamp, pod, container, entry.logName];
  if (typeof entry.textPayload === 'string') return carried(entry.textPayload, head);
  if (entry.jsonPayload === undefined) return undefined;
  const payload = rawObject(entry.jsonPayload);
  const { file, line } = rawObject(entry.sourceLocation);
  const letter = LETTER_OF.get(entry.severity);
  const at = isoOf(Date.parse(String(entry.timestamp)));
  if (typeof payload.message === 'string' && textOf(file) && letter !== undefined && at !== undefined) {
    const stamp = `${letter}${at.slice(5, 7)}${at.slice(8, 10)} ${at.slice(11, 19)}.000000`;
    return carried(
      `${stamp} ${String(payload.pid ?? 1).slice(0, 10)} ${String(file)}:${String(line ?? 1).slice(0, 10)}] ${payload.message}`,
      head,
    );
  }
  const { message, ...others } = payload;
  const told = Object.keys(others).some((key) => key !== 'pid');
  return carried(told || typeof message !== 'string' ? JSON.stringify(payload) : message, head);
}

function isoOf(at: number): string | undefined {
  return Number.isFinite(at) && Math.abs(at) < 8.64e15 ? new Date(at).toISOString() : undefined;
}

function cloudWatch(document: Document): readonly Enveloped[] | undefined {
  const { events, results, message, timestamp } = document;
  if (Array.isArray(events)) return flat(events.map((event) => cloudWatch(rawObject(event))));
  if (Array.isArray(results)) return flat(results.map(insight));
  if (document['@message'] !== undefined) return carried(document['@message'], [document['@timestamp'], document['@logStream']]);
  return typeof timestamp === 'number' && has(document, ['ingestionTime', 'eventId', 'logStreamName'])
    ? carried(message, [isoOf(timestamp), document.logStreamName])
    : undefined;
}

function insight(fields: unknown): readonly Enveloped[] | undefined {
  const values = new Map(rawArray(fields).map((one) => [rawObject(one).field, rawObject(one).value]));
  return values.has('@message') ? carried(values.get('@message'), [values.get('@timestamp'), values.get('@logStream')]) : undefined;
}

function flat(all: readonly (readonly Enveloped[] | undefined)[]): readonly Enveloped[] | undefined {
  const found = all.flatMap((one) => one ?? []);
  return found.length > 0 ? found : undefined;
}

function isAlert(value: unknown): boolean {
  const { labels, annotations } = rawObject(value);
  return rawObject(labels).alertname !== undefined && annotations !== undefined;
}

function alerts(list: unknown): readonly Enveloped[] | undefined {
  const found = rawArray(list).filter(isAlert);
  return found.length > 0 ? found.map(alertLine) : undefined;
}

/** Each alert on a line of its own: its name, the API and whether it has ended stand together. */
function alertLine(value: unknown): Enveloped {
  const { status, state, labels, annotations } = rawObject(value);
  return { head: '', body: JSON.stringify({ status: rawObject(status).state ?? status ?? state, labels, annotations }) };
}

function slack(message: Document): readonly Enveloped[] | undefined {
  if (!has(message, ['attachments', 'blocks', 'bot_id']) || has(message, ['kind', 'level'])) return undefined;
  const attached = rawArray(message.attachments).map(rawObject);
  const texts = [message.text, ...attached.flatMap(({ title, text, fallback }) => [title, text ?? fallback])];
  const body = texts.filter((text) => typeof text === 'string' && text !== '').join('\n');
  return body === '' ? undefined : [{ head: '', body: entitiesRead(body) }];
}

/** Slack escapes three characters in its texts. */
function entitiesRead(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
