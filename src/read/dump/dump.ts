import { ABSENT, type Observed, observed, UNOBSERVED } from '../../domain/observed.ts';
import {
  type ApiFacts,
  EMPTY_CLUSTER,
  type LogFacts,
  type PolicyFacts,
  type ReportFacts,
  type ServiceFacts,
  SNAPSHOT_SCHEMA,
  type Snapshot,
} from '../../domain/snapshot.ts';
import { SOURCES, type SourceName, type SourceStatus } from '../../domain/sources.ts';
import type { ApiServiceRecord } from '../../objects/api-services.ts';
import { type Backend, joinBackend } from '../../objects/backend.ts';
import { readCaBundle } from '../../objects/ca-bundle.ts';
import { createEventLog } from '../../objects/event-log.ts';
import { nodeFacts } from '../../objects/nodes.ts';
import { podFacts } from '../../objects/pod-facts.ts';
import { createPodHistory } from '../../objects/pod-history.ts';
import type { PodRecord } from '../../objects/pods.ts';
import { evaluateEgress, evaluatePolicies } from '../../objects/policy/evaluate.ts';
import { serviceFacts } from '../../objects/services.ts';
import { isSystemWarning, withPods } from '../../objects/system-events.ts';
import { unpacked } from './archives.ts';
import { before } from './before.ts';
import { type Discovered, discoveryOf } from './discovery.ts';
import type { DumpFile } from './dump-file.ts';
import { InputError } from './input-error.ts';
import { expectedApis, namedApi } from './known-backends.ts';
import { whyAbsent } from './layouts.ts';
import { readObjects } from './objects.ts';
import { readOutputs, toldBeside } from './outputs.ts';
import { logsOf, readLogs, withoutNotGot } from './pod-logs.ts';
import { type Records, recordsOf } from './records.ts';
import { textMatchesOf } from './texts.ts';
import { filesBelow } from './walk.ts';

/** Everything of a dump from which facts are made. */
interface Dump {
  readonly files: readonly DumpFile[];
  readonly records: Records;
  /** What discovery said of APIs, by name. */
  readonly discovered: ReadonlyMap<string, Discovered>;
  /** When the dump was taken, Unix milliseconds, as far as its objects tell. */
  readonly time: number;
  readonly note: (text: string) => void;
}

/**
 * A folder with a cluster's objects and logs as two Snapshots, one before anything happened and one as of the dump: of
 * `kubectl cluster-info dump --output-directory`, a must-gather, a support bundle, or any tree of JSON and YAML with logs.
 * What the folder does not hold is unobserved. @throws InputError when it holds nothing of use.
 */
export async function readDump(root: string, note: (text: string) => void): Promise<Snapshot[]> {
  return readDumpFiles(root, await filesBelow(root, note), note);
}

/** The same of files wherever they lie. @param name for messages. */
export async function readDumpFiles(name: string, given: readonly DumpFile[], note: (text: string) => void): Promise<Snapshot[]> {
  const files = await unpacked(given, note);
  const records = recordsOf(await readObjects(files, note), note);
  const time = timeOf(records);
  const met = await discoveryOf(files, note);
  if (met.size === 0 && Object.values(records).every((one) => one === undefined)) {
    const said = await readOutputs(files, note);
    if (said.some(({ apis }) => apis.length > 0)) return said;
  }
  const discovered = new Map([...met, ...(records.apis ? [] : await toldBeside(files, time, note))]);
  const apis = records.apis ?? guessedApis(records, discovered);
  if (apis.length === 0)
    throw new InputError(
      `${name}: no aggregated API in ${files.length} files; put the output of \`kubectl get apiservices -o yaml\` beside them as apiservices.yaml`,
    );
  if (!records.apis)
    note(
      `APIServices are ${whyAbsent(files)('api-services')}; the APIs are guessed from well-known Services and from discovery, the Services of those by their names. Put apiservices.yaml beside it to be sure`,
    );
  const dump: Dump = { files, records, discovered, time, note };
  const after = await snapshotOf(apis, dump);
  return [before(after), after];
}

/** What Services and discovery let us expect. */
function guessedApis({ services = [] }: Records, discovered: Dump['discovered']): readonly ApiServiceRecord[] {
  const expected = expectedApis(services);
  const known = new Set(expected.map(({ name }) => name));
  return [
    ...expected,
    ...[...discovered].filter(([name]) => !known.has(name)).map(([name, { backend }]) => namedApi(name, services, backend)),
  ];
}

/** The newest time in the objects: a dump of last month is judged as of last month. */
function timeOf({ events, apis, pods, nodes }: Records): number {
  const times = [
    ...(events ?? []).map(({ at }) => at),
    ...(apis ?? []).map(({ condition }) => condition?.lastTransition ?? 0),
    ...(nodes ?? []).map(({ readySince }) => readySince ?? 0),
    ...(pods ?? []).flatMap((pod) => [pod.createdAt, ...pod.containers.map(({ startedAt }) => startedAt ?? 0)]),
  ].filter(Number.isFinite);
  const newest = times.reduce((a, b) => Math.max(a, b), 0);
  return newest > 0 ? newest + 1000 : Date.now();
}

async function snapshotOf(apis: readonly ApiServiceRecord[], dump: Dump): Promise<Snapshot> {
  const { records, time, files, note } = dump;
  const facts: ApiFacts[] = [];
  for (const api of [...apis].sort((a, b) => (a.name < b.name ? -1 : 1))) facts.push(await apiFactsOf(api, dump));
  const { pods = [] } = records;
  const controlPlane = logsOf(
    files,
    pods.filter(({ name }) => name.startsWith('kube-apiserver-')),
    pods,
  );
  return {
    schema: SNAPSHOT_SCHEMA,
    time,
    cluster: {
      ...EMPTY_CLUSTER,
      nodes: fact(records.nodes, (nodes) => nodes.map(nodeFacts)),
      cronJobs: fact(records.cronJobs, (jobs) =>
        jobs
          .filter(({ suspended }) => !suspended)
          .map(({ namespace, name, schedule, lastSchedule }) => ({
            object: `CronJob ${namespace}/${name}`,
            schedule,
            runs: lastSchedule === undefined ? [] : [lastSchedule],
          })),
      ),
      systemEvents: systemEventsOf(dump),
      ...(controlPlane.length > 0 && { apiserverLogs: observed(await readLogs(controlPlane, time, note)) }),
    },
    apis: facts,
    sources: statuses(dump, facts),
  };
}

/** Where nobody knows the Service, nothing is known of what is behind it either. */
const NO_RECORDS: Partial<Records> = { services: undefined, slices: undefined, pods: undefined, workloads: undefined, policies: undefined };

async function apiFactsOf(api: ApiServiceRecord, whole: Dump): Promise<ApiFacts> {
  const dump = api.backend.service === '' ? { ...whole, records: { ...whole.records, ...NO_RECORDS } } : whole;
  const { records, time, files, note } = dump;
  const { namespace } = api.backend;
  const backend = backendOf(api, records);
  const logs = await withoutNotGot(logsOf(files, backend.pods, whole.records.pods ?? []), note);
  const events = eventsOf(api, backend, dump);
  const clock = () => time;
  const history = createPodHistory({ clock });
  for (const pod of backend.pods) history.observe({ type: 'added', key: `${namespace}/${pod.name}`, object: pod, live: false });
  return {
    name: api.name,
    group: api.group,
    version: api.version,
    backend: api.backend,
    insecureSkipTLSVerify: api.insecureSkipTLSVerify,
    caBundle: readCaBundle(api.caBundle),
    ...(api.createdAt === undefined ? {} : { createdAt: api.createdAt }),
    condition: conditionOf(api, dump),
    transitions: { True: 0, False: 0, Unknown: 0 },
    service: serviceOf(backend, records),
    endpoints: fact(records.slices, () => backend.endpoints),
    pods: fact(podsOf(namespace, records), () => backend.pods.map((pod) => podFacts(pod, history))),
    workload: fact(backend.workload, ({ facts }) => facts),
    probes: [],
    events,
    logs: logs.length === 0 ? UNOBSERVED : observed<LogFacts>(await readLogs(logs, time, note)),
    policy: policyOf(backend, records),
    resources: UNOBSERVED,
    backendMetrics: UNOBSERVED,
    rights: UNOBSERVED,
    ...(records.apis ? {} : reportedBy(backend, dump)),
    textMatches: [...textMatchesOf(api, events, time), ...(dump.discovered.get(api.name)?.textMatches ?? [])],
    neighbours: UNOBSERVED,
    changes: [],
  };
}

function conditionOf(api: ApiServiceRecord, { records, discovered }: Dump): ApiFacts['condition'] {
  if (!records.apis) return discovered.get(api.name)?.condition ?? UNOBSERVED;
  return api.condition ? observed(api.condition) : ABSENT;
}

function backendOf(api: ApiServiceRecord, { services, slices, pods, workloads }: Records): Backend {
  const { namespace, service } = api.backend;
  const inNamespace = <T extends { readonly namespace: string }>(all: readonly T[] | undefined) =>
    (all ?? []).filter((one) => one.namespace === namespace);
  return joinBackend(api, {
    service: inNamespace(services).find(({ name }) => name === service),
    slices: inNamespace(slices).filter((slice) => slice.service === service),
    pods: new Map(inNamespace(pods).map((pod): [string, PodRecord] => [pod.name, pod])),
    podsVisible: podsOf(namespace, { services, pods }) !== undefined,
    workloads: new Map(inNamespace(workloads).map((workload) => [`${workload.kind}/${workload.name}`, workload])),
  });
}

/** Undefined when the dump shows neither a pod nor a Service of that namespace, for then it may just not cover it. */
function podsOf(namespace: string, { services = [], pods }: Pick<Records, 'services' | 'pods'>): Records['pods'] {
  return [...services, ...(pods ?? [])].some((one) => one.namespace === namespace) ? pods : undefined;
}

/** Absent only when the dump shows Services of that namespace, or else it may just not cover it. */
function serviceOf({ api, service, selected }: Backend, { services, pods }: Records): Observed<ServiceFacts> {
  if (service) return observed(serviceFacts(service, pods ? selected : undefined));
  const covered = services?.some(({ namespace }) => namespace === api.backend.namespace);
  return covered ? ABSENT : UNOBSERVED;
}

function policyOf({ api, service, pods, target }: Backend, { policies, nodes }: Records): Observed<PolicyFacts> {
  if (!policies) return UNOBSERVED;
  const port = service?.ports.find((candidate) => candidate.port === api.backend.port)?.targetPort;
  const facts = (nodes ?? []).map(nodeFacts);
  const backend = {
    policies: policies.filter(({ namespace }) => namespace === api.backend.namespace),
    pods: pods.length > 0 ? target.pods : [],
  };
  const sources = { addresses: facts.flatMap(({ addresses }) => addresses), certain: false, tunnel: 'unknown' } as const;
  const verdict = evaluatePolicies({
    ...backend,
    port: port !== undefined && /^\d+$/.test(port) ? Number(port) : port,
    sources,
    nodes: facts,
  });
  // Where things are is not in a dump: only a policy that admits nothing, or everything, decides without.
  const egress = ELSEWHERE.map(({ peer, words, protocol }) => ({
    peer,
    name: words,
    ...evaluateEgress(backend, { peers: [], words, port: undefined, protocol, each: true }),
  }));
  return observed({ ...verdict, egress, notEvaluated: [] });
}

const ELSEWHERE = [
  { peer: 'kube-apiserver', words: 'the kube-apiserver', protocol: 'TCP' },
  { peer: 'dns', words: "the cluster's DNS", protocol: 'UDP' },
] as const;

function eventsOf(api: ApiServiceRecord, { service, pods, workload, slices }: Backend, { records, time }: Dump): ApiFacts['events'] {
  if (!records.events) return UNOBSERVED;
  const names = new Set([api, service, workload, ...pods, ...slices].map((object) => object?.name));
  const nodes = new Set(pods.map(({ node }) => node));
  let now = 0;
  const log = createEventLog({ clock: () => now });
  now = time;
  for (const event of [...records.events].sort((a, b) => a.at - b.at)) {
    const own = event.namespace === api.backend.namespace && (names.has(event.name) || isReplicaSetOf(event, workload?.name));
    if (own || isOf(event, 'APIService', new Set([api.name])) || isOf(event, 'Node', nodes)) log.record(event, [api.name]);
  }
  return observed(log.facts(api.name));
}

function systemEventsOf({ records: { events, pods }, time }: Dump): Snapshot['cluster']['systemEvents'] {
  if (!events) return UNOBSERVED;
  const log = createEventLog({ clock: () => time });
  for (const event of events.filter(isSystemWarning).sort((a, b) => a.at - b.at)) log.record(event, []);
  const byName = pods && new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod]));
  return observed(
    withPods(
      log.recent(() => true),
      byName && ((key) => byName.get(key)),
      time,
    ),
  );
}

function isOf(event: { readonly kind: string; readonly name: string }, kind: string, names: ReadonlySet<string | undefined>): boolean {
  return event.kind === kind && names.has(event.name);
}

function isReplicaSetOf(event: { readonly kind: string; readonly name: string }, workload: string | undefined): boolean {
  return event.kind === 'ReplicaSet' && workload !== undefined && event.name.startsWith(`${workload}-`);
}

/**
 * Without the APIService's condition: what discovery said of it, or that nothing can serve it. That a pod is ready shows that its probe
 * passes, and not that anybody gets an answer of the API.
 */
function reportedBy({ api, pods, endpoints }: Backend, { records, discovered }: Dump): { reported?: ReportFacts } {
  const { reported } = discovered.get(api.name) ?? {};
  if (reported?.state === 'failing') return { reported };
  if (records.slices && endpoints.ready === 0) return { reported: { state: 'failing', because: 'its Service has no ready endpoint' } };
  if (!records.slices && records.pods && !pods.some((pod) => pod.ready))
    return { reported: { state: 'failing', because: 'no pod of it is ready' } };
  return reported ? { reported } : {};
}

function fact<T, U>(records: T | undefined, value: (records: T) => U): Observed<U> {
  return records === undefined ? UNOBSERVED : observed(value(records));
}

const HELD_BY: Partial<Record<SourceName, keyof Records>> = {
  'api-services': 'apis',
  services: 'services',
  'endpoint-slices': 'slices',
  pods: 'pods',
  nodes: 'nodes',
  events: 'events',
  'network-policies': 'policies',
  workloads: 'workloads',
  'cron-jobs': 'cronJobs',
};

function statuses({ files, records, time }: Dump, apis: readonly ApiFacts[]): SourceStatus[] {
  const why = whyAbsent(files);
  return SOURCES.map((source) => {
    const held = HELD_BY[source];
    const seen = source === 'logs' ? apis.some(({ logs }) => logs.state === 'observed') : held !== undefined && records[held] !== undefined;
    return seen ? { source, state: 'ok', lastSuccess: time } : { source, state: 'absent', message: why(source) };
  });
}
