import { basename, dirname, join } from 'node:path';
import { loadAll } from 'js-yaml';
import * as z from 'zod';
import { parseShard, SHARD_ALLOWED } from './domain/shard.ts';
import { SOURCES } from './domain/sources.ts';
import { canParseListenAddress } from './expose/listen-address.ts';
import { yamlProblem } from './files/yaml-problem.ts';
import { timingProblem } from './leader/timing.ts';

/** Milliseconds from Prometheus's duration syntax: `500ms`, `10s`, `1m30s`, `2h`, `1d`. */
function millisecondsOf(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) total += Number(amount) * UNITS[unit as keyof typeof UNITS];
  return total;
}
const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Bytes from `8MiB`, `64KiB`, `1048576`. */
function bytesOf(text: string): number {
  return Number.parseInt(text, 10) * (SIZES.get(text.replace(/^\d+/, '')) ?? 1);
}
const SIZES: ReadonlyMap<string, number> = new Map([
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
]);

const duration = (standard: string, least: string, most: string, says: string) =>
  z
    .string()
    .regex(/^(\d+(ms|s|m|h|d))+$/, 'a duration such as 500ms, 10s or 1m30s is allowed')
    .default(standard)
    .transform(millisecondsOf)
    .refine((value) => value >= millisecondsOf(least) && value <= millisecondsOf(most), `a duration from ${least} to ${most} is allowed`)
    .describe(says);

const size = (standard: string, says: string) =>
  z
    .union([
      z.string().regex(/^\d+(KiB|MiB|GiB)?$/, 'a size such as 65536, 64KiB or 8MiB is allowed'),
      z.int().nonnegative().transform(String),
    ])
    .default(standard)
    .transform(bytesOf)
    .describe(says);

const listenAddress = z
  .string()
  .refine((text) => canParseListenAddress(text), 'host:port, :port or [address]:port is allowed, with a port from 0 to 65535');
const cidr = z.union([z.cidrv4(), z.cidrv6()], { error: 'a CIDR such as 10.0.0.0/8 or fd00::/8 is allowed' });
const httpUrl = z.url({ protocol: /^https?$/, error: 'an http:// or https:// URL is allowed' });

const externalUrl = httpUrl.refine((text) => !/[?#]/.test(text), 'an http:// or https:// URL without a query is allowed');

/** @throws Error that says what is allowed. */
export function checkExternalUrl(flag: string, text: string): void {
  const [issue] = externalUrl.safeParse(text).error?.issues ?? [];
  if (issue) throw new Error(`${flag} ${JSON.stringify(text)}: ${issue.message}`);
}

/** What one exporter is told, whatever it looks at. */
const common = z.strictObject({
  web: z
    .strictObject({
      listen_addresses: z.array(listenAddress).min(1).default([':9944']).describe('Where to listen.'),
      config_file: z
        .string()
        .optional()
        .describe(
          'Path of a web configuration file of the Prometheus exporter-toolkit: TLS, basic authentication, headers, rate limit. It is read again when it changes.',
        ),
      external_url: externalUrl
        .optional()
        .describe(
          'Where people open the pages, e.g. https://ops.example.com/apis behind a reverse proxy. Its path stands before every link, and requests are answered with it and without it. Give `generate --web.external-url` the same: alerts link there.',
        ),
      shard_url: z
        .string()
        .refine(
          (text) => text.includes('{shard}') && httpUrl.safeParse(text.replaceAll('{shard}', '0')).success,
          'an http:// or https:// URL with {shard} in it is allowed',
        )
        .optional()
        .describe(
          'Where people open the pages of a shard, with {shard} for its number, e.g. http://exporter-shard-{shard}.monitoring.svc:9944: who asks a shard for an API of another one is led there. With apis.shard.',
        ),
      evidence: z
        .enum(['open', 'authenticated', 'off'])
        .default('open')
        .describe(
          'Who may read what quotes log lines and messages (/, /incidents, /api/v1/diagnoses, /api/v1/status, /api/v1/incidents): everybody; those whom basic_auth_users of the web configuration let in, or whose bearer token the kube-apiserver knows and allows to get the nonResourceURL /aggregated-api-exporter/evidence; or nobody, then they are served without quotations. /metrics, which quotes nothing, and the health endpoints stay as they are.',
        ),
      allowed_hosts: z
        .array(z.string().regex(/^[^\s:/]+$/, 'a host name without a port is allowed'))
        .default([])
        .describe(
          'Host names that are served over loopback beside those of loopback itself, e.g. of a reverse proxy on this machine. A page of a stranger can point its own name at 127.0.0.1. In a pod all are.',
        ),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severity that is logged.'),
      format: z.enum(['json', 'logfmt']).default('logfmt').describe('Format of our own log, on standard error.'),
    })
    .prefault({}),
  apis: z
    .strictObject({
      exclude: z.array(z.string()).default([]).describe('Names of APIServices to leave alone, e.g. v1beta1.metrics.k8s.io.'),
      shard: z
        .string()
        .transform((text, context) => {
          const shard = parseShard(text);
          if (shard) return shard;
          context.issues.push({ code: 'custom', message: SHARD_ALLOWED, input: text });
          return z.NEVER;
        })
        .optional()
        .describe(
          'Watch only the APIServices that fall to shard i of n by their name, counted from 0, e.g. 0/3; n exporters watch them all. docs/scale.md.',
        ),
    })
    .prefault({}),
  probe: z
    .strictObject({
      interval: duration(
        '10s',
        '1s',
        '5m',
        'Time between two probes of one target. A direct target that timed out three times in a row is asked less often, within a minute at the latest, while its API is probed elsewhere.',
      ),
      timeout: duration('5s', '500ms', '30s', 'Deadline of a discovery probe; the aggregator itself waits 5 s.'),
      list_timeout: duration('10s', '500ms', '60s', 'Deadline of a list probe.'),
      burst: z.int().min(0).max(30).default(5).describe('Probes in steps of one second after a first failure.'),
      list: z
        .boolean()
        .default(true)
        .describe('Also ask for one object (limit=1), where rights allow it: discovery does not touch the storage.'),
      direct: z.boolean().default(true).describe('Also probe the Service and each endpoint directly, without credentials.'),
      allow_addresses: z
        .array(cidr)
        .default([])
        .describe(
          'Loopback, link-local, metadata and other special-purpose addresses (RFC 6890) are refused as targets, unless they are in one of these CIDRs.',
        ),
      network: z
        .enum(['auto', 'cluster', 'other'])
        .default('auto')
        .describe(
          'Whose the addresses of pods and Services are. `cluster`: what the cluster says. `other`: anybody may have them, so a direct target counts only after its certificate has once shown that it is the backend. `auto`: `cluster` in a pod of the cluster that is asked, else `other`.',
        ),
    })
    .prefault({}),
  logs: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Follow the logs of backend pods; needs pods/log: get.'),
      max_streams: z.int().min(1).max(1000).default(100).describe('Containers followed at once.'),
      bytes_per_minute: size('8MiB', 'Bytes read per pod and minute; what is over is dropped and counted.'),
      signatures_file: z.string().optional().describe('YAML file with further signatures, see docs/signatures.md.'),
    })
    .prefault({}),
  apiserver_metrics: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Read /metrics of each kube-apiserver; needs nonResourceURLs /metrics: get.'),
      interval: duration('30s', '5s', '10m', 'Time between two readings.'),
    })
    .prefault({}),
  resources: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe('Read CPU throttling and memory of backend pods, and the CPU that others take of their nodes; needs nodes/metrics: get.'),
      interval: duration('30s', '5s', '10m', 'Time between two readings.'),
      kubelet_token: z
        .boolean()
        .default(false)
        .describe(
          "Ask kubelets with the ServiceAccount token, and only those whose serving certificate the cluster's CA signed. Off, the token goes to the kube-apiserver only, and the metrics API is asked instead.",
        ),
    })
    .prefault({}),
  prometheus: z
    .strictObject({
      url: httpUrl.optional().describe('A Prometheus that has cAdvisor metrics, asked when the kubelet may not be.'),
    })
    .prefault({}),
  diagnosis: z
    .strictObject({
      interval: duration('5s', '1s', '60s', 'Time between two diagnoses; a changed probe result also causes one.'),
      state_file: z
        .string()
        .optional()
        .describe('Where the hour of history is kept over a restart: what causes are judged by, and what the page of each API draws.'),
      disabled_sources: z.array(z.enum(SOURCES)).default([]).describe('Sources that are not asked.'),
    })
    .prefault({}),
  incidents: z
    .strictObject({
      file: z.string().optional().describe('Where incidents are kept over a restart. Without it they are kept in memory.'),
      keep: duration('30d', '1h', '400d', 'For how long an incident is kept after its end.'),
      max_size: size('16MiB', 'Of that file, and of what is kept in memory without it: the oldest incidents go first.').refine(
        (bytes) => bytes >= 2 ** 20 && bytes <= 2 ** 30,
        'a size from 1MiB to 1GiB is allowed',
      ),
    })
    .prefault({}),
  leader_election: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe(
          'There are several replicas: one of them is elected by a Lease, reads the logs for all, and alone writes files. docs/operations.md, replicas.',
        ),
      name: z
        .string()
        .regex(/^[a-z0-9]([a-z0-9.-]{0,230}[a-z0-9])?$/, 'the name of an object is allowed')
        .default('aggregated-api-exporter-leader')
        .describe(
          'Name of the Lease; with `-logs` behind it that of the ConfigMap in which the leader tells what it has read of the logs. Of a shard `-shard-i` stands behind the name: each shard elects a leader of its own.',
        ),
      namespace: z
        .string()
        .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'the name of a namespace is allowed')
        .optional()
        .describe('Where both are; default: the namespace of our pod.'),
      identity: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('What this replica is called in the Lease; default: the host name, and something of chance.'),
      lease_duration: duration('15s', '1s', '5m', 'For how long the others wait since they last saw the Lease renewed. Whole seconds.'),
      renew_deadline: duration(
        '10s',
        '500ms',
        '5m',
        'For how long the leader goes on leading without having renewed it; less than lease_duration.',
      ),
      retry_period: duration('2s', '100ms', '1m', 'Between two tries to renew it; at most five sixths of renew_deadline.'),
    })
    .superRefine(({ lease_duration, renew_deadline, retry_period }, context) => {
      const problem = timingProblem({ leaseDurationMs: lease_duration, renewDeadlineMs: renew_deadline, retryPeriodMs: retry_period });
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    })
    .prefault({}),
  node_agents: z
    .strictObject({
      listen_address: listenAddress
        .optional()
        .describe(
          'Where agents on nodes report, e.g. :9945, over TLS; without it nobody listens. With it cert_file, key_file and service_account are needed. docs/node-vantage.md.',
        ),
      cert_file: z
        .string()
        .optional()
        .describe(
          'PEM of the serving certificate, which holds the name that agents are given, and of those that lead to its CA. Read again when it changes.',
        ),
      key_file: z.string().optional().describe('PEM of its key. Read again when it changes.'),
      service_account: z
        .string()
        .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'namespace/name is allowed')
        .optional()
        .describe('ServiceAccount of the agents, namespace/name: nobody else is let in.'),
      audience: z.string().min(1).max(253).default('aggregated-api-exporter').describe('For whom the tokens of the agents have to be.'),
      interval: duration('10s', '1s', '60s', 'Between two reports of an agent; after three that are missed nothing is known of its node.'),
    })
    .superRefine(({ listen_address, cert_file, key_file, service_account }, context) => {
      const missing = Object.entries({ cert_file, key_file, service_account }).flatMap(([key, value]) =>
        value === undefined ? [key] : [],
      );
      if (listen_address === undefined || missing.length === 0) return;
      context.addIssue({ code: 'custom', message: `with listen_address there has to be ${missing.join(', ')}` });
    })
    .prefault({}),
  limits: z
    .strictObject({
      series_per_family: z
        .int()
        .min(100)
        .max(1_000_000)
        .default(10_000)
        .describe('Series of one family; what is over is dropped and counted.'),
    })
    .prefault({}),
});

const ownSettings = {
  apis: common.shape.apis.unwrap().pick({ exclude: true }),
  probe: common.shape.probe.unwrap(),
  logs: common.shape.logs.unwrap(),
  apiserver_metrics: common.shape.apiserver_metrics.unwrap(),
  resources: common.shape.resources.unwrap(),
  prometheus: common.shape.prometheus.unwrap(),
  diagnosis: common.shape.diagnosis.unwrap().pick({ interval: true, disabled_sources: true }),
  limits: common.shape.limits.unwrap(),
} as const;
type OwnSection = keyof typeof ownSettings;
const OWN_SECTIONS = Object.keys(ownSettings) as readonly OwnSection[];

const CLUSTER_NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

const cluster = z.strictObject({
  name: z
    .string()
    .regex(CLUSTER_NAME, 'up to 63 small letters, digits, dots and hyphens are allowed')
    .describe('What it is called: in the label `cluster`, in the path of its pages, and as the folder of its files.'),
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Path of its kubeconfig; default: what a single cluster is found by, $KUBECONFIG, ~/.kube/config, or the pod that we run in.',
    ),
  context: z.string().min(1).optional().describe('Context of that kubeconfig; default: its current one.'),
  ...(Object.fromEntries(
    OWN_SECTIONS.map((section) => [section, ownSettings[section].optional().describe(`What of \`${section}\` is different here.`)]),
  ) as unknown as { readonly [S in OwnSection]: z.ZodOptional<(typeof ownSettings)[S]> }),
});

const schema = common.extend({
  clusters: z
    .array(cluster)
    .default([])
    .superRefine((clusters, context) => {
      for (const [at, { name }] of clusters.entries())
        if (clusters.findIndex((other) => other.name === name) !== at)
          context.addIssue({ code: 'custom', path: [at, 'name'], message: 'another cluster is called so; each name once is allowed' });
    })
    .describe('Several clusters that are watched by this one process; none = the one that is found as kubectl finds it.'),
});

/** Durations in milliseconds, sizes in bytes, defaults filled in. */
export interface Config extends z.output<typeof common> {
  /** None: the one cluster that flags and surroundings name. */
  readonly clusters: readonly ClusterSettings[];
}

/** One of several clusters that are watched by one process. */
export interface ClusterSettings extends Pick<z.output<typeof cluster>, 'name' | 'kubeconfig' | 'context'> {
  /** What is said of it alone; all else holds for every cluster. */
  readonly differs: { readonly [S in OwnSection]?: Partial<Config[S]> };
}

/** The configuration by which one of the clusters is watched. Its files are kept in a folder of its own beside where they would be. */
export function configOfCluster(config: Config, { name, differs }: ClusterSettings): Config {
  const own = Object.fromEntries(OWN_SECTIONS.map((section) => [section, { ...config[section], ...differs[section] }])) as Pick<
    Config,
    OwnSection
  >;
  const inFolder = (file: string | undefined) => (file === undefined ? undefined : join(dirname(file), name, basename(file)));
  return {
    ...config,
    ...own,
    diagnosis: { ...own.diagnosis, state_file: inFolder(config.diagnosis.state_file) },
    incidents: { ...config.incidents, file: inFolder(config.incidents.file) },
    clusters: [],
  };
}

/** Of each section only what was said: what was not is as for all. */
function clusterSettings({ name, kubeconfig, context, ...sections }: z.output<typeof cluster>, raw: unknown): ClusterSettings {
  const differs = OWN_SECTIONS.flatMap((section) => {
    const said = valueAt(raw, [section]);
    const read = Object.entries(sections[section] ?? {}).filter(([key]) => said !== null && typeof said === 'object' && key in said);
    return read.length === 0 ? [] : [[section, Object.fromEntries(read)] as const];
  });
  return {
    name,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    differs: Object.fromEntries(differs),
  };
}

export type ConfigResult = { readonly config: Config } | { readonly problems: readonly string[] };

/** Text of a configuration file → Config, or everything that is wrong with it at once: path, value, what is allowed. */
export function parseConfig(text: string): ConfigResult {
  let raw: unknown;
  try {
    const documents = loadAll(text);
    if (documents.length > 1) return { problems: [`${documents.length} YAML documents: one is allowed`] };
    raw = documents[0] ?? {};
  } catch (error) {
    return { problems: [`not YAML: ${yamlProblem(error)}`] };
  }
  const result = schema.safeParse(raw);
  if (result.success) {
    const clusters = result.data.clusters.map((read, at) => clusterSettings(read, valueAt(raw, ['clusters', at])));
    return { config: { ...result.data, clusters } };
  }
  return { problems: result.error.issues.flatMap((issue) => describeIssue(issue, raw)) };
}

export function defaultConfig(): Config {
  return { ...schema.parse({}), clusters: [] };
}

/** What is taken at SIGHUP; all else needs a restart. */
export const RELOADED_SETTINGS = [
  'log.level',
  'apis.exclude',
  'probe',
  'logs',
  'apiserver_metrics',
  'resources',
  'prometheus',
  'diagnosis.interval',
  'diagnosis.disabled_sources',
] as const;

/** The settings that differ and need a restart, e.g. `web.listen_addresses`. */
export function needsRestart({ clusters: those, ...before }: Config, { clusters: these, ...after }: Config): string[] {
  const which = (clusters: Config['clusters']) =>
    JSON.stringify(clusters.map(({ name, kubeconfig, context, differs: { limits } }) => [name, kubeconfig, context, limits]));
  return [...settingsToRestart(before, after), ...(which(those) === which(these) ? [] : ['clusters'])];
}

function settingsToRestart(before: Omit<Config, 'clusters'>, after: Omit<Config, 'clusters'>): string[] {
  const flat = (config: Omit<Config, 'clusters'>) =>
    new Map(
      Object.entries(config).flatMap(([section, of]) =>
        Object.entries(of).map(([key, value]) => [`${section}.${key}`, JSON.stringify(value)] as const),
      ),
    );
  const [old, now] = [flat(before), flat(after)];
  const isReloaded = (setting: string) => RELOADED_SETTINGS.some((one) => setting === one || setting.startsWith(`${one}.`));
  return [...new Set([...old.keys(), ...now.keys()])].filter((setting) => old.get(setting) !== now.get(setting) && !isReloaded(setting));
}

/** JSON Schema (draft 2020-12) of the file, for editors. */
export function configJsonSchema(): object {
  return z.toJSONSchema(schema, {
    io: 'input',
    // What is not said of a cluster is as for all, and not as it would be where nothing is said.
    override: ({ jsonSchema, path }) => {
      if (path[1] === 'clusters' && path.length > 2) delete jsonSchema.default;
    },
  });
}

function describeIssue(issue: z.core.$ZodIssue, raw: unknown): string[] {
  const path = issue.path.map(String).join('.') || 'the file';
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(shapeAt(issue.path) ?? {});
    return issue.keys.map((key) => `${[...issue.path, key].join('.')}: unknown key; allowed are ${known.join(', ')}`);
  }
  return [`${path}: ${JSON.stringify(valueAt(raw, issue.path))}: ${allowedBy(issue)}`];
}

function allowedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `allowed are ${issue.values.map(String).join(', ')}`;
  return issue.message;
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const key of path) value = value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  return value ?? null;
}

function shapeAt(path: readonly PropertyKey[]): Record<string, unknown> | undefined {
  interface Node {
    readonly properties?: Record<string, Node>;
    readonly items?: Node;
  }
  let node: Node | undefined = configJsonSchema();
  for (const key of path) node = typeof key === 'number' ? node?.items : node?.properties?.[String(key)];
  return node?.properties;
}
