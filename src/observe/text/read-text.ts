import { observed, UNOBSERVED } from '../../domain/observed.ts';
import {
  type ApiFacts,
  type ClusterFacts,
  type ConditionFacts,
  type ReportFacts,
  SNAPSHOT_SCHEMA,
  type Snapshot,
} from '../../domain/snapshot.ts';
import { SOURCES, type SourceName, type SourceStatus } from '../../domain/sources.ts';
import { NamedApis } from './apis.ts';
import { ConditionReader } from './conditions.ts';
import { decodeText } from './decode.ts';
import { EventReader } from './events.ts';
import { boundLines, commandOf, linesOf } from './lines.ts';
import { type Matches, matchMessages } from './matches.ts';
import { MessageJoiner, type Voice, voiceOfCommand } from './messages.ts';
import { PodReader } from './pods.ts';
import { TableReader } from './tables.ts';
import { timeOf } from './times.ts';
import { UsageReader } from './usage.ts';

/** A text without any time stamp is of no time: the same text must give the same answer. */
const SOME_TIME = Date.UTC(2000, 0, 1);
const BEFORE_MS = 60_000;
/** A pod that restarted so often, and within the hour, is not well, even when it is ready just now. */
const RESTLESS = 5;

/**
 * Whatever a person pastes → what it says, as snapshots: one before, in which nothing is known and every counter is zero, and
 * one of what the text says. What it does not mention was not observed. Takes conditions in YAML or JSON, tables and
 * descriptions of kubectl, events, pod states, log lines and client errors; mixed, unordered, cut anywhere, in any encoding.
 * Never throws. Time and memory are linear in the text, of which at most 64 MiB and a million lines are
 * read.
 */
export function readText(input: string | Uint8Array): Snapshot[] {
  const decoded = decodeText(input);
  const { text, omitted } = boundLines(decoded.text);
  const read = new TextReading();
  for (const line of linesOf(text)) read.line(line);
  return read.snapshots(decoded.omitted + omitted);
}

/** One text while it is read, line by line. */
class TextReading {
  readonly #apis = new NamedApis();
  readonly #conditions = new ConditionReader(this.#apis);
  readonly #pods = new PodReader();
  readonly #events = new EventReader();
  readonly #tables = new TableReader();
  readonly #usage = new UsageReader();
  readonly #joiner = new MessageJoiner();
  #voice: Voice = 'unknown';
  #latest: number | undefined;
  /** Commands and names, to tell which server a text is about when it names no API. */
  #servers = '';
  #logLines = 0;

  line(line: string): void {
    const command = commandOf(line);
    if (command !== undefined) {
      this.#section(command);
      return;
    }
    const at = timeOf(line);
    if (at !== undefined && (this.#latest === undefined || at > this.#latest)) this.#latest = at;
    this.#apis.mention(line);
    if (this.#servers.length < 4096) this.#servers += `${line.slice(0, 200)}\n`;
    if (this.#tables.read(line) || this.#usage.read(line)) return;
    const isCondition = this.#conditions.read(line);
    const event = this.#events.read(line);
    if (event !== undefined) {
      this.#joiner.end();
      if (event !== '') this.#joiner.messages.push({ text: event, voice: 'unknown' });
      return;
    }
    if (isCondition || this.#pods.read(line)) {
      this.#joiner.end();
      return;
    }
    if (at !== undefined) this.#logLines++;
    this.#joiner.add(line, this.#voice);
  }

  #section(command: string): void {
    this.#voice = voiceOfCommand(command);
    this.#servers += `${command.slice(0, 200)}\n`;
    this.#end();
  }

  #end(): void {
    this.#joiner.end();
    this.#conditions.end();
    this.#pods.end();
    this.#events.end();
    this.#tables.end();
    this.#usage.end();
  }

  snapshots(omitted: number): Snapshot[] {
    this.#end();
    const time = this.#latest ?? SOME_TIME;
    for (const { message } of this.#apis.conditions.values())
      if (message !== '') this.#joiner.messages.push({ text: message, voice: 'kube-apiserver' });
    const matches = matchMessages(this.#joiner.messages, time);
    const apis = this.#failingApis(matches).map((name) => this.#facts(name, time, matches));
    const sources = this.#sources(time, omitted);
    const before = apis.map((api) => unknownApi(api.name, api.backend));
    return [
      { schema: SNAPSHOT_SCHEMA, time: time - BEFORE_MS, cluster: EMPTY_CLUSTER, apis: before, sources },
      { schema: SNAPSHOT_SCHEMA, time, cluster: this.#cluster(), apis, sources },
    ];
  }

  /** Every API that the text names; those in the first place that the errors are about. */
  #failingApis(matches: Matches): string[] {
    const nothing = this.#joiner.messages.length === 0 && this.#apis.conditions.size === 0 && this.#pods.size === 0;
    if (nothing && this.#events.facts(0).length === 0) return [];
    void matches;
    return this.#apis.list(this.#servers);
  }

  #facts(name: string, time: number, matches: Matches): ApiFacts {
    const backend = this.#apis.backendOf(name);
    const condition = this.#apis.conditionOf(name);
    const others = [...this.#apis.conditions].some(([other, { status }]) => other !== name && status !== 'True');
    // An available API beside others that are not: what the text says of errors is about those.
    const beside = condition?.status === 'True' && others;
    const events = this.#events.facts(time);
    const pods = this.#pods.facts(time, this.#concerns(backend?.service));
    const usage = this.#usage.facts();
    const facts: ApiFacts = {
      ...unknownApi(name, { namespace: backend?.namespace ?? '', service: backend?.service ?? '', port: 443 }),
      ...(condition ? { condition: observed(condition) } : {}),
      ...(pods.length > 0 && !beside ? { pods: observed(pods) } : {}),
      ...(usage.length > 0 && !beside ? { resources: observed(usage) } : {}),
      ...(events.length > 0 && !beside ? { events: observed({ counts: [], recent: events }) } : {}),
      ...this.#tableFacts(backend?.service),
      textMatches: beside ? [] : matches.counts,
    };
    const reported = reportOf(condition, !beside && this.#errs(facts, matches));
    return { ...facts, ...(reported ? { reported } : {}) };
  }

  #errs(facts: ApiFacts, matches: Matches): boolean {
    if (matches.symptoms > 0 || matches.unknownErrors > 0) return true;
    const pods = facts.pods.state === 'observed' ? facts.pods.value : [];
    const broken = pods.length > 0 && pods.every((pod) => !pod.ready && pod.phase !== 'Succeeded');
    const troubled = pods.some((pod) =>
      pod.containers.some(({ waiting, terminated, lastTermination }) => waiting ?? (terminated ?? lastTermination)?.reason === 'OOMKilled'),
    );
    const restless = pods.some((pod) =>
      pod.containers.some(({ restarts, restartTimes }) => restarts >= RESTLESS && restartTimes.length > 0),
    );
    return broken || troubled || restless || this.#tables.serviceMissing || [...this.#tables.endpoints.values()].some((has) => !has);
  }

  /** Which pods of a listing are the backend's: those that are called like its Service, if any is. */
  #concerns(service: string | undefined): (pod: string) => boolean {
    const names = this.#pods.names();
    const stem = service ?? /\b(metrics-server|prometheus-adapter|keda|packageserver)\b/.exec(this.#servers)?.[1];
    const related =
      stem === undefined
        ? []
        : names.filter((name) => name.startsWith(stem) || stem.startsWith(name.replace(/-[a-z0-9<>]{1,10}-[a-z0-9<>]{1,5}$/, '')));
    if (related.length === 0) return () => true;
    const kept = new Set(related);
    return (pod) => kept.has(pod);
  }

  #tableFacts(service: string | undefined): Partial<ApiFacts> {
    const { endpoints, workloads, policies, serviceMissing } = this.#tables;
    const [, has] = [...endpoints].find(([name]) => service === undefined || name.startsWith(service)) ?? [];
    const [name, replicas] = [...workloads].find(([workload]) => service === undefined || workload.startsWith(service)) ?? [];
    return {
      ...(has === undefined
        ? {}
        : { endpoints: observed({ ready: has ? 1 : 0, notReady: 0, terminating: 0, slices: 1, portServed: true, addresses: [] }) }),
      ...(replicas && name !== undefined
        ? {
            workload: observed({
              kind: 'Deployment',
              name,
              replicas: replicas.wanted,
              updated: replicas.wanted,
              available: replicas.ready,
              unavailable: replicas.wanted - replicas.ready,
              rollingOut: false,
              stuck: false,
            }),
          }
        : {}),
      ...(policies.length > 0
        ? {
            policy: observed({
              verdict: 'undetermined' as const,
              why: 'the text lists NetworkPolicies and not their rules',
              selecting: policies,
              notEvaluated: [],
            }),
          }
        : {}),
      ...(serviceMissing ? { service: { state: 'absent' as const } } : {}),
    };
  }

  #cluster(): ClusterFacts {
    const { nodes } = this.#tables;
    return nodes.length > 0 ? { ...EMPTY_CLUSTER, nodes: observed(nodes) } : EMPTY_CLUSTER;
  }

  #sources(time: number, omitted: number): SourceStatus[] {
    const seen = new Set<SourceName>();
    if (this.#apis.conditions.size > 0) seen.add('api-services');
    if (this.#pods.size > 0) seen.add('pods');
    if (this.#events.facts(0).length > 0) seen.add('events');
    if (this.#logLines > 0) seen.add('logs');
    if (this.#usage.facts().length > 0) seen.add('resources');
    if (this.#tables.nodes.length > 0) seen.add('nodes');
    if (this.#tables.endpoints.size > 0) seen.add('endpoint-slices');
    if (this.#tables.workloads.size > 0) seen.add('workloads');
    const note = omitted > 0 ? `${Math.ceil(omitted / 2 ** 20)} MiB in the middle of the text were left out` : undefined;
    return SOURCES.map((source) =>
      seen.has(source)
        ? { source, state: 'ok', lastSuccess: time, ...(note === undefined ? {} : { message: note }) }
        : { source, state: 'absent', message: 'is not in the text' },
    );
  }
}

/** Undefined when the text proves nothing. An error that somebody got outweighs a condition: it lags behind. */
function reportOf(condition: ConditionFacts | undefined, errs: boolean): ReportFacts | undefined {
  if (condition && condition.status !== 'True')
    return {
      state: 'failing',
      because: `the condition Available is ${condition.status}${condition.reason === '' ? '' : ` (${condition.reason})`}`,
    };
  if (errs) return { state: 'failing', because: 'the text shows an error that somebody got' };
  return condition ? { state: 'healthy', because: 'the condition Available is True' } : undefined;
}

const EMPTY_CLUSTER: ClusterFacts = {
  nodes: UNOBSERVED,
  apiservers: [],
  frontProxyCa: UNOBSERVED,
  cronJobs: UNOBSERVED,
  changes: [],
  apiserverLogs: UNOBSERVED,
};

/** An API of which nothing is known but its name. */
function unknownApi(name: string, backend: ApiFacts['backend']): ApiFacts {
  const dot = name.indexOf('.');
  return {
    name,
    group: dot < 0 ? '' : name.slice(dot + 1),
    version: dot < 0 ? '' : name.slice(0, dot),
    backend,
    insecureSkipTLSVerify: false,
    caBundle: null,
    condition: UNOBSERVED,
    transitions: { True: 0, False: 0, Unknown: 0 },
    service: UNOBSERVED,
    endpoints: UNOBSERVED,
    pods: UNOBSERVED,
    workload: UNOBSERVED,
    probes: [],
    events: UNOBSERVED,
    logs: UNOBSERVED,
    policy: UNOBSERVED,
    resources: UNOBSERVED,
    backendMetrics: UNOBSERVED,
    rights: UNOBSERVED,
    textMatches: [],
    changes: [],
  };
}
