import type { Spoken } from './facts.ts';
import type { Subject } from './subject.ts';

/**
 * The error that stands inside of one that wraps: what fails innermost when such a subject fails. All invented but the words, which are those
 * of Go, of the kube-apiserver and of a container runtime.
 */
const INNER: Readonly<Record<Subject, string>> = {
  certificate: 'x509: certificate signed by unknown authority',
  right:
    'pods is forbidden: User "system:serviceaccount:monitoring:adapter" cannot list resource "pods" in API group "" at the cluster scope',
  limit: 'context deadline exceeded',
  connection: 'dial tcp 10.244.3.17:6443: connect: connection refused',
  dependency: 'Get "https://10.96.0.1:443/api/v1/nodes": dial tcp 10.96.0.1:443: connect: connection refused',
  pod: 'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
  other: 'unexpected end of JSON input',
};

/** A typical value for what a program calls so; the first that matches. */
const VALUES: readonly (readonly [name: RegExp, value: string])[] = [
  [/ur[li]s?$|endpoint|location|issuer|target$/i, 'https://10.96.14.3:443/apis/example.io/v1'],
  [/hostport|addr(?:ess)?s?$|^ep$|remote|peer$|backend/i, '10.244.3.17:6443'],
  [/condition/i, '[DiskPressure]'],
  [/host|server|domain|^ip$|ip$/i, 'adapter.monitoring.svc'],
  [/port/i, '6443'],
  [/namespace|^ns$/i, 'monitoring'],
  [/uid|id$/i, '3f0c1b5e'],
  [/user|username|subject/i, 'system:serviceaccount:monitoring:adapter'],
  [/status|code/i, '503'],
  [/timeout|duration|elapsed|since|truncate|interval|period|took|delay|backoff/i, '10s'],
  [/file|path|dir/i, '/etc/adapter/tls.crt'],
  [/image/i, 'registry.example.io/adapter:v1'],
  [/volume|mount/i, 'serving-cert'],
  [/container/i, 'adapter'],
  [/probetype/i, 'Readiness'],
  [/group|version|^gvr?k?$|resource$|apiservice/i, 'v1.example.io'],
  [/node/i, 'worker-1'],
  [/pod|name|key|obj|service/i, 'monitoring/adapter-6c9f7d-x2x4z'],
  [/count|len|num|max|size|limit/i, '3'],
];

const ERROR_NAME = /(?:^|\.|_)(?:\w*err(?:or|s|ors)?\d?|cause|reason|\w*Err(?:or|s|ors)?|e)$/;
const VERB = /%(?:\[\d+\])?[-+# 0]*(?:\d+|\*)?(?:\.\d+)?([a-zA-Z%])/g;

/** Whether the text is wrapped around the error of somebody else, which says what happened. */
export function wraps({ args, format }: Pick<Spoken, 'args' | 'format'>): boolean {
  return args.some((name) => ERROR_NAME.test(name)) || /%w/.test(format);
}

/** The text as people get to see it, with invented values. @param inner the error that it wraps: one that its subject suggests unless given. */
export function printed(spoken: Spoken, subject: Subject, inner: string = INNER[subject]): string {
  return spoken.structured ? structuredLine(spoken, inner) : framed(spoken, verbsFilled(spoken, inner));
}

/** Errors of Go's own packages come out of a client as url.Error. */
const OF_CLIENTS = /^(?:net|net\/http|crypto\/\w+|internal\/poll|syscall|context|io|http2)$/;

/** What the way of an error puts around it: gRPC its code, kubectl the reason of a Status, Go's HTTP client what it asked for. */
function framed({ kind, by, code, package: folder }: Spoken, text: string): string {
  if (kind === 'status' && code !== undefined && !code.startsWith('Status')) return `rpc error: code = ${code} desc = ${text}`;
  if (/connectionErrorf?$/i.test(by)) return `rpc error: code = Unavailable desc = connection error: desc = ${JSON.stringify(text)}`;
  const made = /^(?:api|k8s|k)?err(?:or)?s?\.New(\w+)$/.exec(by);
  if (kind === 'status' && made?.[1]) return `Error from server (${made[1].replace(/(?<!Internal)Error$/, '')}): ${text}`;
  const reason = /^([A-Z]\w+): (.*)$/s.exec(text);
  if (kind === 'status' && by.startsWith('Status') && reason) return `Error from server (${reason[1]}): ${reason[2]}`;
  return kind === 'error' && OF_CLIENTS.test(folder) ? `Get "https://10.244.3.17:6443/apis/example.io/v1": ${text}` : text;
}

function verbsFilled({ format, args }: Spoken, inner: string): string {
  let next = 0;
  // Whoever is given a text without a verb and an error puts the one before the other: os.NewSyscallError("connect", err).
  if (!/%[^%]/.test(format) && args.some((name) => ERROR_NAME.test(name))) return `${format}: ${inner}`;
  return format.replace(VERB, (_, verb: string) => {
    if (verb === '%') return '%';
    const name = args[next++] ?? '';
    return valueFor(verb, name, inner);
  });
}

function valueFor(verb: string, name: string, inner: string): string {
  if (verb === 'w' || ERROR_NAME.test(name)) return inner;
  if (/^".*"$/.test(name)) return verb === 'q' ? name : name.slice(1, -1);
  const value = VALUES.find(([words]) => words.test(name))?.[1];
  switch (verb) {
    case 'd':
      return value !== undefined && /^\d+$/.test(value) ? value : '3';
    case 'q':
      return `"${value ?? 'example'}"`;
    case 'T':
      return '*errors.errorString';
    case 't':
      return 'false';
    case 'x':
    case 'X':
      return '1f';
    case 'f':
    case 'g':
      return '0.5';
    default:
      return value ?? 'example';
  }
}

/** klog: `"msg" err="…" pod="…"`; zap, which etcd uses, in JSON. */
function structuredLine({ program, format, args }: Spoken, inner: string): string {
  const values = args.map((key): readonly [string, string] => [
    key,
    ERROR_NAME.test(key) ? inner : (VALUES.find(([words]) => words.test(key))?.[1] ?? 'example'),
  ]);
  if (program === 'etcd') return JSON.stringify({ level: 'warn', msg: format, ...Object.fromEntries(values) });
  return [JSON.stringify(format), ...values.map(([key, value]) => `${key}=${JSON.stringify(value)}`)].join(' ');
}
