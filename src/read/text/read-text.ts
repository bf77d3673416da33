import { UNNAMED_API } from '../../domain/answer.ts';
import { observed } from '../../domain/observed.ts';
import {
  type ApiFacts,
  type ClusterFacts,
  type ConditionFacts,
  EMPTY_CLUSTER,
  SNAPSHOT_SCHEMA,
  type Snapshot,
} from '../../domain/snapshot.ts';
import { SOURCES, type SourceName, type SourceStatus } from '../../domain/sources.ts';
import { redacted } from '../../redact/redact.ts';
import { bare, type CarriedLine } from '../carriers/carrier.ts';
import { unwrapped } from '../carriers/unwrap.ts';
import { AddressBook } from './address-book.ts';
import { AlertReader } from './alerts.ts';
import { BackendReader } from './api-backends.ts';
import { NamedApis } from './apis.ts';
import { AutoscalerReader } from './autoscalers.ts';
import { ClaimBook, claimOf } from './claims.ts';
import { asksAsNobody, isRefusal } from './clients-own.ts';
import { ConditionReader } from './conditions.ts';
import { decodeText } from './decode.ts';
import { DocumentReader } from './documents.ts';
import { unknownApi } from './empty.ts';
import { EventReader } from './events.ts';
import { FlowControlReader } from './flow-control.ts';
import { processOf } from './kernel.ts';
import { podOfKubelet } from './kubelet-lines.ts';
import { boundLines, commandOf } from './lines.ts';
import { type Matches, matchMessages, type Said } from './matches.ts';
import { type Message, MessageJoiner, type Voice, voiceOfCarrier, voiceOfCommand } from './messages.ts';
import { NodeConditions } from './node-conditions.ts';
import { Objects, type TextObject } from './objects.ts';
import type { Placed } from './outline.ts';
import { isOver, merged } from './over.ts';
import { PodReader } from './pods.ts';
import { isOfTunnel, namespaceOfHeading, type PolicyReading, showsPolicies } from './policy-reading.ts';
import { HtmlComments, Prose, quotedError, ReleaseNotes } from './prose.ts';
import { withoutReachedAgain } from './reached-again.ts';
import { conditionError, RESTARTS, reportOf, troubleOf } from './report.ts';
import { CronJobTable, onSchedule } from './schedules.ts';
import { mayServe } from './servers.ts';
import { TableReader } from './tables.ts';
import { ThrottleReader } from './throttling.ts';
import { ownersOf, type ServerClues, type Tie, tiesOf } from './ties.ts';
import { textTime, timeOf } from './times.ts';
import { UsageReader } from './usage.ts';

/** A text without any time stamp is of no time: the same text must give the same answer. */
const SOME_TIME = Date.UTC(2000, 0, 1);
const BEFORE_MS = 60_000;
const MOST_OF_DOCUMENTS = 20_000;
/** What stands of logs in a text is read, and is less than a log. */
const EXCERPT: ApiFacts['logs'] = { state: 'unobserved', why: 'only as far as they are in the text' };

/** What only we ask, where it is switched on: that a text lacks it tells nobody what to paste. */
const OF_OURS: ReadonlySet<SourceName> = new Set(['node-agents']);

/** Within a fence of Markdown stands what a program printed. */
const FENCE = /^\s{0,12}(?:```|~~~)/;

/**
 * Whatever a person pastes → what it says, as snapshots: one before, in which nothing is known and every counter is zero, and
 * one of what the text says. What it does not mention was not observed. Takes conditions in YAML or JSON, tables and
 * descriptions of kubectl, events, pod states, log lines and client errors; mixed, unordered, cut anywhere, in any encoding.
 * Never throws. Time and memory are linear in the text, of which at most 64 MiB and a million lines are
 * read.
 * @param policies reads the policies that the text shows, and is used up by it; `readPaste` has one where it is needed. Without it they are
 * not evaluated.
 */
export function readText(input: string | Uint8Array, policies?: PolicyReading): Snapshot[] {
  const decoded = decodeText(input);
  const { text, omitted } = boundLines(redacted(decoded.text));
  const read = new TextReading(policies);
  for (const line of unwrapped(text)) read.line(line);
  return read.snapshots(decoded.omitted + omitted);
}

/** `readText`, with the readers beside it that few texts need: each is loaded for a text that does. */
export async function readPaste(text: string): Promise<Snapshot[]> {
  return readText(text, showsPolicies(text) ? new (await import('./policies.ts')).PolicyReader() : undefined);
}

/** What there is to tell of one API. */
interface Reading {
  readonly time: number;
  readonly matches: Matches;
  readonly tie: Tie;
  readonly beside: boolean;
}

/** The aggregator names the Service that it looked for, and not the API (kube-aggregator 1.36 pkg/apiserver/handler_proxy.go). */
const RESOLVING = /\berror resolving ([a-z0-9][a-z0-9-]{0,62})\/([a-z0-9][a-z0-9.-]{0,252}): /;

/** Reasons of the condition whose message tells nothing else (kube-aggregator 1.36 pkg/controllers/status): as a line it would confirm itself. */
const SAYS_NO_MORE: ReadonlySet<string> = new Set(['MissingEndpoints', 'EndpointsNotFound']);

/** How kubectl prints what it got for an answer. */
const CLIENTS_ERROR = /^(?:Error from server|error: )/;

/** The kernel speaks of a process that is the server of none of these. */
function isOfAnother(text: string, ties: ReadonlyMap<string, Tie>): boolean {
  const process = processOf(text);
  return process !== undefined && mayServe(process) && ![...ties.values()].some((tie) => tie.mayRun(process));
}

/** One text while it is read, line by line. */
class TextReading {
  readonly #apis = new NamedApis();
  readonly #addresses = new AddressBook();
  readonly #conditions = new ConditionReader(this.#apis);
  readonly #objects = new Objects();
  readonly #pods = new PodReader(this.#objects);
  readonly #events = new EventReader(this.#objects);
  readonly #tables = new TableReader();
  readonly #cronJobs = new CronJobTable();
  readonly #usage = new UsageReader(this.#objects);
  readonly #throttling = new ThrottleReader(this.#objects);
  readonly #documents = new DocumentReader();
  readonly #claims = new ClaimBook();
  readonly #alerts = new AlertReader();
  readonly #autoscalers = new AutoscalerReader();
  readonly #backends = new BackendReader();
  readonly #nodes = new NodeConditions();
  readonly #policies: PolicyReading | undefined;
  readonly #flowControl = new FlowControlReader();
  readonly #joiner = new MessageJoiner((text) => this.#accused(text));
  #voice: Voice = 'unknown';
  #latest: number | undefined;
  /** Commands and what programs print, to tell which server a text is about when it names no API. */
  #servers = '';
  #logLines = 0;
  #fenced = false;
  /** The command before asks without a name. */
  #asNobody = false;
  /** Lines of documents and descriptions of pods and nodes that say more than their state. */
  readonly #ofDocuments: { readonly text: string; readonly of: TextObject }[] = [];
  readonly #notes = new ReleaseNotes();
  readonly #prose = new Prose();
  readonly #comments = new HtmlComments();

  constructor(policies: PolicyReading | undefined) {
    this.#policies = policies;
  }

  line(carried: CarriedLine): void {
    for (const text of this.#comments.without(carried.text)) this.#line(text === carried.text ? carried : { ...carried, text });
  }

  #line(carried: CarriedLine): void {
    const { text: line } = carried;
    const command = commandOf(line);
    if (command !== undefined) {
      this.#section(command);
      return;
    }
    if (FENCE.test(line)) {
      this.#fenced = !this.#fenced;
      this.#prose.end();
    }
    if (this.#isSaid(carried)) this.#said(line);
    else if (!(this.#asNobody && isRefusal(line))) this.#printed(carried);
  }

  /** A person says it, or release notes: what is within a fence, goes on with a message or was carried by a log is a program's. */
  #isSaid({ text, at, head }: CarriedLine): boolean {
    const isPrinted = this.#fenced || this.#conditions.goesOn || at !== undefined || head !== '';
    return !isPrinted && (this.#notes.holds(text) || this.#prose.holds(text));
  }

  #said(line: string): void {
    const heading = this.#policies && namespaceOfHeading(line);
    if (heading !== undefined) this.#policies?.within(heading);
    this.#apis.mention(line, true);
    this.#joiner.end();
    const quoted = quotedError(line);
    if (quoted === undefined) return;
    this.#apis.mention(quoted);
    this.#joiner.push(quoted, 'client');
  }

  #printed({ text: line, at: stamped, head }: CarriedLine): void {
    const at = stamped ?? timeOf(line);
    this.#mention(line, head, at);
    this.#policies?.read(line, at !== undefined);
    if (this.#flowControl.read(line)) return;
    const claim = this.#documents.read(line) ?? this.#alerts.read(line) ?? this.#autoscalers.read(line) ?? claimOf(line);
    if (claim) this.#claims.add(claim, at);
    if (this.#isOfTable(line)) return;
    const placed = this.#objects.read(line);
    this.#saidOf(line, placed);
    if (this.#isOfObject(line, placed)) this.#joiner.end();
    else if (!this.#isOfDocument(line, placed)) this.#logged(line, head, at);
  }

  /** A row of a table, or a figure. */
  #isOfTable(line: string): boolean {
    const isRow = this.#cronJobs.read(line, this.#objects.askedNamespace) || this.#tables.read(line);
    return isRow || this.#usage.read(line) || this.#throttling.read(line);
  }

  /** What a document or a description says of a node, or of whose Service an API is. */
  #saidOf(line: string, placed: Placed | undefined): void {
    this.#nodes.read(line, placed, this.#objects.current);
    const backend = placed && this.#backends.read(placed, this.#objects.current);
    if (backend) this.#apis.backend(backend.api, backend.namespace, backend.service);
  }

  #logged(line: string, head: string, at: number | undefined): void {
    if (at !== undefined) this.#logLines++;
    const pod = podOfKubelet(line);
    if (pod) this.#objects.spokenOf(pod.name, pod.namespace);
    this.#joiner.add(line, voiceOfCarrier(head) ?? this.#voice, at);
  }

  #mention(line: string, head: string, at: number | undefined): void {
    if (at !== undefined) this.#latest = Math.max(at, this.#latest ?? at);
    this.#apis.mention(line);
    this.#addresses.mention(line);
    if (this.#servers.length < 4096) this.#servers += `${head} ${line.slice(0, 400)}\n`;
  }

  /** A line of the document or the description of a pod or a node that says more than its state. */
  #isOfDocument(line: string, placed: Placed | undefined): boolean {
    const of = this.#objects.documentOf(line, placed);
    if (of && this.#ofDocuments.length < MOST_OF_DOCUMENTS) this.#ofDocuments.push({ text: line, of });
    return of !== undefined;
  }

  /** A condition, an event or a line about a pod. */
  #isOfObject(line: string, placed: Placed | undefined): boolean {
    const isCondition = this.#conditions.read(line);
    const isEvent = this.#events.read(line, placed);
    if (isEvent) this.#apis.accuse(line);
    return isEvent || isCondition || this.#pods.read(line);
  }

  /** APIs that a message is about; what a client says below its command is about the path that it asked for. */
  #accused(text: string): readonly string[] {
    const named = this.#apis.accuse(text);
    const { asked } = this.#documents;
    if (named.length > 0 || asked === undefined || !CLIENTS_ERROR.test(text)) return named;
    this.#apis.name(asked);
    return [asked];
  }

  #section(command: string): void {
    this.#voice = voiceOfCommand(command);
    this.#asNobody = asksAsNobody(command);
    this.#servers += `${command.slice(0, 200)}\n`;
    this.#notes.end();
    this.#end();
    this.#apis.mention(command);
    this.#objects.command(command);
    this.#throttling.command(command);
    this.#policies?.within(this.#objects.askedNamespace);
    this.#documents.command(command);
  }

  #end(): void {
    this.#joiner.end();
    this.#conditions.end();
    this.#pods.end();
    this.#events.end();
    this.#tables.end();
    this.#cronJobs.end();
    this.#usage.end();
    this.#throttling.end();
    this.#alerts.end();
    this.#autoscalers.end();
    this.#backends.end();
    this.#nodes.end();
    this.#policies?.end();
    this.#prose.end();
    this.#objects.end();
  }

  snapshots(omitted: number): Snapshot[] {
    for (const text of this.#comments.end()) this.#line(bare(text));
    this.#end();
    const time = this.#latest ?? SOME_TIME;
    const asOf = textTime(this.#latest);
    for (const [api, { reason, message }] of this.#apis.conditions)
      if (message !== '' && !SAYS_NO_MORE.has(reason)) this.#joiner.messages.push({ text: message, voice: 'kube-apiserver', about: [api] });
    this.#joiner.messages.push(...this.#flowControl.messages);
    const names = this.#names();
    const ties = tiesOf(
      names.map((api) => this.#clues(api)),
      this.#objects.all,
    );
    const matches = matchMessages(
      [...this.#messagesFor(ties), ...this.#objectMessages(ties)],
      time,
      this.#addresses.roles(names.flatMap((name) => this.#apis.backendOf(name)?.service ?? [])),
    );
    const own = new Map(names.map((name) => [name, matches.of(name, false)]));
    const apis = names.flatMap((name) => {
      const tie = ties.get(name);
      return tie ? this.#facts(name, { time, matches, tie, beside: this.#beside(name, own) }) : [];
    });
    const told = names[0] !== UNNAMED_API || this.#tellsOfOne(matches) ? apis : [];
    const cluster = this.#cluster([...ties.values()], time);
    const sources = this.#sources(time, omitted, { apis: told, cluster });
    const before = told.map((api) => unknownApi(api.name, api.backend));
    return [
      { schema: SNAPSHOT_SCHEMA, time: time - BEFORE_MS, asOf, cluster: EMPTY_CLUSTER, apis: before, sources },
      { schema: SNAPSHOT_SCHEMA, time, asOf, cluster, apis: told, sources },
    ];
  }

  /** Every API that the text is about; `unknown` when it names none. */
  #names(): readonly string[] {
    const named = new Set([...this.#apis.list(this.#servers), ...this.#claims.apis]);
    if (named.size > 0) return [...named].sort();
    const { spoken } = this.#apis;
    return spoken.length > 0 ? spoken : [UNNAMED_API];
  }

  /** A text that names no API is about one when it says something that can be of one. */
  #tellsOfOne(matches: Matches): boolean {
    const anything =
      matches.any || this.#pods.size > 0 || this.#events.any || this.#claims.any || this.#tables.any || this.#apis.conditions.size > 0;
    const { unknownError } = matches.of(UNNAMED_API, true);
    return anything || (unknownError !== undefined && this.#voice === 'aggregated-server');
  }

  /** What the text tells of the server of an API. */
  #clues(api: string): ServerClues {
    const service = this.#apis.backendOf(api);
    return { api, ...(service === undefined ? {} : { service }), addresses: this.#apis.addressesOf(api) };
  }

  /** Where the text is about several APIs, a message that names some of them, or the Service of some, is about those. */
  #messagesFor(ties: ReadonlyMap<string, Tie>): readonly Message[] {
    const messages = withoutReachedAgain(this.#joiner.messages).flatMap((message) => {
      const about = message.about.length > 0 ? this.#fullNames(message.about) : this.#byObject(message.text, ties);
      return about === undefined ? [] : [{ ...message, about }];
    });
    if (ties.size < 2) return messages;
    const names = [...ties.keys()];
    return messages.map((message) => {
      if (message.about.length > 0) return message;
      const named = this.#apis.namedIn(message.text, names);
      return { ...message, about: named.length > 0 ? named : this.#behind(message.text, ties) };
    });
  }

  /** Of a process or a pod that the line names: the APIs whose server it is, none where it may be of any; undefined where it is another's. */
  #byObject(text: string, ties: ReadonlyMap<string, Tie>): readonly string[] | undefined {
    if (isOfAnother(text, ties)) return undefined;
    const pod = podOfKubelet(text);
    return pod ? ownersOf(ties, ({ owns }) => owns(this.#objects.spokenOf(pod.name, pod.namespace))) : [];
  }

  /** The APIs whose Service the aggregator could not resolve, by what the text calls their Service, else by its name. */
  #behind(text: string, ties: ReadonlyMap<string, Tie>): readonly string[] {
    const [, namespace, service] = text.includes('error resolving') ? (RESOLVING.exec(text.slice(0, 4096)) ?? []) : [];
    if (namespace === undefined || service === undefined) return [];
    return [...ties].flatMap(([name, tie]) => {
      const backend = this.#apis.backendOf(name);
      const isOwn = backend ? backend.namespace === namespace && backend.service === service : tie.fits(service);
      return isOwn ? [name] : [];
    });
  }

  /** What events and descriptions of pods say: of the APIs that they name, else of those whose server they are about. */
  #objectMessages(ties: ReadonlyMap<string, Tie>): Message[] {
    const described = this.#ofDocuments.map(({ text, of }) => ({
      text,
      about: ownersOf(ties, ({ owns, nodes }) => (of.kind === 'Node' ? nodes.has(of.name) : owns(of))),
    }));
    return [...this.#events.messages(ties), ...described].flatMap(({ text, about }): Message[] => {
      const accused = this.#fullNames(this.#apis.accuse(text));
      if (accused.length > 0) return [{ text, voice: 'unknown', about: accused }];
      return about === undefined ? [] : [{ text, voice: 'unknown', about }];
    });
  }

  #fullNames(apis: readonly string[]): readonly string[] {
    return apis.flatMap((api) => this.#apis.fullNames(api));
  }

  /** An API that is shown to answer, beside others that fail: what the text says of errors is about those. */
  #beside(name: string, own: ReadonlyMap<string, Said>): boolean {
    const fails = (api: string) =>
      (conditionError(this.#apis.conditionOf(api)) ??
        own.get(api)?.error ??
        own.get(api)?.partial ??
        own.get(api)?.single ??
        this.#claims.error(api)) !== undefined;
    const answers = this.#apis.conditionOf(name)?.status === 'True' || this.#claims.proofs(name).length > 0;
    return answers && !fails(name) && [...own.keys()].some((other) => other !== name && fails(other));
  }

  #facts(name: string, { time, matches, tie, beside }: Reading): ApiFacts {
    const { namespace = '', service } = this.#apis.backendOf(name) ?? {};
    const condition = this.#apis.conditionOf(name);
    const backend = beside && !tie.sure ? { facts: {}, trouble: undefined } : this.#backend(time, tie);
    const said = matches.of(name, !beside);
    const proofs = this.#claims.proofs(name);
    const { turns, lost } = this.#apis.watchedOf(name);
    const over = this.#isOver(name, said, condition);
    const reported = reportOf({ condition, lost, said, proofs, claimed: this.#claims.error(name), trouble: backend.trouble, over });
    return {
      ...unknownApi(name, { namespace, service: service ?? '', port: 443 }),
      ...(condition ? { condition: observed(condition) } : {}),
      logs: EXCERPT,
      ...(tie.nodes.size > 0 ? { hosts: [...tie.nodes] } : {}),
      transitions: turns,
      ...backend.facts,
      ...this.#policyFacts(namespace, tie),
      textMatches: over ? [] : [...said.counts, ...this.#scheduled(namespace, said.points, { time, tie })],
      ...(reported ? { reported } : {}),
      ...(said.harmless.length > 0 ? { harmless: said.harmless } : {}),
    };
  }

  #scheduled(namespace: string, explained: boolean, { time, tie }: Pick<Reading, 'time' | 'tie'>) {
    return onSchedule({ ...this.#events.agesOf(tie), explained }, this.#cronJobs.of(namespace || tie.namespace), time);
  }

  /** Of the policies that the text shows. */
  #policyFacts(namespace: string, tie: Tie) {
    const tunnelled = () => isOfTunnel(this.#servers) || this.#joiner.messages.some(({ text }) => isOfTunnel(text));
    return this.#policies?.facts({
      namespace: namespace || tie.namespace,
      labels: tie.labels,
      tunnelled,
      fits: (word) => tie.fits(word),
    });
  }

  #isOver(name: string, said: Said, condition: ConditionFacts | undefined): boolean {
    const { errors, resources, discovery } = this.#claims.timesOf(name);
    const available = condition?.status === 'True' ? condition.lastTransition : undefined;
    return isOver(merged([said.errors, errors]), { resources, discovery, available });
  }

  /** What the text says of the pods and the Service, and what of it is no good. */
  #backend(time: number, tie: Tie) {
    const events = this.#events.facts(time, tie);
    const pods = this.#pods.facts(time, (pod) => tie.owns(pod));
    const usage = [...this.#usage.facts((pod) => tie.owns(pod)), ...this.#throttling.facts((pod) => tie.owns(pod))];
    return {
      facts: {
        ...(pods.length > 0 ? { pods: observed(pods) } : {}),
        ...(usage.length > 0 ? { resources: observed(usage) } : {}),
        ...(events.length > 0 ? { events: observed({ counts: [], recent: events }) } : {}),
        ...this.#tables.facts(tie),
      },
      trouble: troubleOf(pods) ?? (this.#pods.restless((pod) => tie.owns(pod)) ? RESTARTS : this.#tables.trouble(tie)),
    };
  }

  #cluster(ties: readonly Tie[], time: number): ClusterFacts {
    const hosts = new Set(ties.flatMap((tie) => [...tie.nodes]));
    const nodes = this.#nodes.of(this.#tables.nodesOf(ties), hosts, this.#events.ofNodes);
    const system = this.#events.system(time);
    return {
      ...EMPTY_CLUSTER,
      ...(nodes.length > 0 ? { nodes: observed(nodes) } : {}),
      ...(system.length > 0 ? { systemEvents: observed(system) } : {}),
    };
  }

  #sources(time: number, omitted: number, { apis, cluster }: Pick<Snapshot, 'apis' | 'cluster'>): SourceStatus[] {
    const seen = new Set<SourceName>();
    if (this.#apis.conditions.size > 0) seen.add('api-services');
    if (this.#pods.size > 0) seen.add('pods');
    if (this.#events.any) seen.add('events');
    if (this.#logLines > 0) seen.add('logs');
    if (apis.some(({ resources }) => resources.state === 'observed')) seen.add('resources');
    if (this.#tables.nodes.length > 0 || cluster.nodes.state === 'observed') seen.add('nodes');
    if (this.#tables.endpoints.size > 0) seen.add('endpoint-slices');
    if (this.#tables.workloads.size > 0) seen.add('workloads');
    const note = omitted > 0 ? `${Math.ceil(omitted / 2 ** 20)} MiB in the middle of the text were left out` : undefined;
    return SOURCES.map((source): SourceStatus => {
      if (seen.has(source)) return { source, state: 'ok', lastSuccess: time, ...(note === undefined ? {} : { message: note }) };
      return OF_OURS.has(source) ? { source, state: 'disabled' } : { source, state: 'absent', message: 'not in the text' };
    });
  }
}
