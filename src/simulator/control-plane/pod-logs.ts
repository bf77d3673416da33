import type { ServerResponse } from 'node:http';
import type { LogFile, LogLine } from '../node/log-file.ts';
import type { PodObject } from '../objects.ts';
import { sendFailure } from './responses.ts';

/** The logs of a pod's containers as the kubelet has them. */
export interface ContainerLogs {
  readonly current: LogFile | undefined;
  readonly previous: LogFile | undefined;
}

interface LogOptions {
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** Unix milliseconds, on a whole second. */
  readonly since: number | undefined;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
}

/** GET …/pods/<p>/log. `open` is told of each response that streams. */
export function servePodLog(
  pod: PodObject,
  logs: (container: string) => ContainerLogs | undefined,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const names = pod.spec.containers.map((container) => container.name);
  const podName = pod.metadata.name;
  const container = query.get('container') ?? (names.length === 1 ? names[0] : undefined);
  if (container === undefined) {
    sendFailure(response, 'BadRequest', `a container name must be specified for pod ${podName}, choose one of: [${names.join(' ')}]`);
    return;
  }
  if (!names.includes(container)) {
    sendFailure(response, 'BadRequest', `container ${container} is not valid for pod ${podName}`);
    return;
  }
  const options = readOptions(query);
  if (typeof options === 'string') {
    sendFailure(response, 'Invalid', `PodLogOptions "${podName}" is invalid: ${options}`);
    return;
  }
  if (!pod.spec.nodeName) {
    response.writeHead(204).end();
    return;
  }
  const file = pick(pod, container, logs(container), ['1', 'true'].includes(query.get('previous') ?? ''));
  if (typeof file === 'string') {
    sendFailure(response, 'BadRequest', file);
    return;
  }
  stream(file, options, response);
}

/** The kubelet's words for the reasons for which a container waits, where they differ. */
const WAITS_FOR: ReadonlyMap<string, string> = new Map([
  ['ImagePullBackOff', 'trying and failing to pull image'],
  ['ErrImagePull', "image can't be pulled"],
]);

/** The file, or the kubelet's words for why there is none. */
function pick(pod: PodObject, container: string, logs: ContainerLogs | undefined, previous: boolean): LogFile | string {
  if (previous) return logs?.previous ?? `previous terminated container "${container}" in pod "${pod.metadata.name}" not found`;
  // A container that waits for its restart serves the log of the run before.
  const file = logs?.current ?? logs?.previous;
  if (file) return file;
  return whyNoFile(pod, container);
}

function whyNoFile(pod: PodObject, container: string): string {
  const waiting = pod.status.containerStatuses?.find((status) => status.name === container)?.state.waiting?.reason ?? 'ContainerCreating';
  const because = WAITS_FOR.get(waiting) ?? waiting;
  return `container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${because}`;
}

/** Options, or what is wrong with them. */
function readOptions(query: URLSearchParams): LogOptions | string {
  const flag = (name: string) => ['1', 'true'].includes(query.get(name) ?? '');
  const since = readSince(query);
  if (typeof since === 'string') return since;
  const tailLines = readNumber(query, 'tailLines');
  if (tailLines !== undefined && !(tailLines >= 0)) return 'tailLines: Invalid value: must be greater than or equal to 0';
  const limitBytes = readNumber(query, 'limitBytes');
  if (limitBytes !== undefined && !(limitBytes > 0)) return 'limitBytes: Invalid value: must be greater than 0';
  return {
    follow: flag('follow'),
    timestamps: flag('timestamps'),
    since,
    tailLines,
    limitBytes,
  };
}

function readNumber(query: URLSearchParams, name: string): number | undefined {
  return query.has(name) ? Number(query.get(name)) : undefined;
}

/** Milliseconds since the epoch, or what is wrong with it; undefined: from the beginning. */
function readSince(query: URLSearchParams): number | string | undefined {
  const sinceSeconds = readNumber(query, 'sinceSeconds');
  const sinceTime = query.get('sinceTime');
  if (sinceSeconds !== undefined && sinceTime) return 'at most one of `sinceTime` or `sinceSeconds` may be specified';
  if (sinceSeconds !== undefined && !(sinceSeconds > 0)) return 'sinceSeconds: Invalid value: must be greater than 0';
  const sinceAt = sinceTime ? Date.parse(sinceTime) : sinceSeconds === undefined ? undefined : Date.now() - sinceSeconds * 1000;
  if (sinceAt === undefined) return undefined;
  if (Number.isNaN(sinceAt)) return `sinceTime: Invalid value: ${JSON.stringify(sinceTime)}`;
  // The kube-apiserver forwards whole seconds only.
  return Math.floor(sinceAt / 1000) * 1000;
}

function stream(file: LogFile, options: LogOptions, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  response.flushHeaders();
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  const write = (lines: readonly LogLine[]) => {
    const wanted = options.since === undefined ? lines : lines.filter((line) => line.at >= (options.since ?? 0));
    const text = wanted.map((line) => (options.timestamps ? `${line.stamp} ${line.text}\n` : `${line.text}\n`)).join('');
    if (text === '' || response.destroyed || response.writableEnded) return;
    const bytes = Buffer.from(text);
    response.write(bytes.length > left ? bytes.subarray(0, left) : bytes);
    left -= bytes.length;
    if (left <= 0) response.end();
  };
  // tailLines is applied before the since filter.
  write(options.tailLines === undefined ? file.lines : options.tailLines === 0 ? [] : file.lines.slice(-options.tailLines));
  if (!options.follow || file.ended) {
    response.end();
    return;
  }
  const stop = file.follow(write, () => response.end());
  response.on('close', stop);
}
