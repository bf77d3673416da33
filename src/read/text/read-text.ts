import { observed } from '../../domain/observed.ts';
import {
  type ApiFacts,
  type ClusterEvent,
  type ClusterFacts,
  EMPTY_CLUSTER,
  SNAPSHOT_SCHEMA,
  type Snapshot,
} from '../../domain/snapshot.ts';
import { SOURCES, type SourceName, type SourceStatus } from '../../domain/sources.ts';
import { redacted } from '../../redact/redact.ts';
import type { CarriedLine } from '../carriers/carrier.ts';
import { unwrapped } from '../carriers/unwrap.ts';
import { NamedApis } from './apis.ts';
import { ClaimBook, claimOf } from './claims.ts';
import { ConditionReader } from './conditions.ts';
import { decodeText } from './decode.ts';
import { DocumentReader } from './documents.ts';
import { unknownApi } from './empty.ts';
import { EventReader } from './events.ts';
import { boundLines, commandOf } from './lines.ts';
import { type Matches, matchMessages, type Said, UNNAMED } from './matches.ts';
import { MessageJoiner, type Voice, voiceOfCarrier, voiceOfCommand } from './messages.ts';
import { PodReader } from './pods.ts';
import { isProse, quotedError, ReleaseNotes } from './prose.ts';
import { conditionError, reportOf, troubleOf } from './report.ts';
import { isOfServer, serverStems } from './servers.ts';
import { TableReader } from './tables.ts';
import { textTime, timeOf } from './times.ts';
import { UsageReader } from './usage.ts';

/** A text without any time stamp is of no time: the same text must give the same answer. */
const SOME_TIME = Date.UTC(2000, 0, 1);
const BEFORE_MS = 60_000;
/** Within a fence of Markdown stands what a program printed. */
const FENCE = /^\s{0,12}(?:```|~~~)/;

/**
 * Whatever a person pastes → what it says, as snapshots: one before, in which nothing is known and every counter is zero, and
 * one of what the text says. What it does not mention was not observed. Takes conditions in YAML or JSON, tables and
 * descriptions of kubectl, events, pod states, log lines and client errors; mixed, unordered, cut anywhere, in any encoding.
 * Never throws. Time and memory are linear in the text, of which at most 64 MiB and a million lines are
 * read.
 */
export function readText(input: string | Uint8Array): Snapshot[] {
  const decoded = decodeText(input);
  const { text, omitted } = boundLines(redacted(decoded.text));
  const read = new TextReading();
  for (const line of unwrapped(text)) read.line(line);
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
  readonly #documents = new DocumentReader();
  readonly #claims = new ClaimBook();
  readonly #joiner = new MessageJoiner((text) => this.#apis.accuse(text));
  #voice: Voice = 'unknown';
  #latest: number | undefined;
  /** Commands and names, to tell which server a text is about when it names no API. */
  #servers = '';
  #logLines = 0;
  #fenced = false;
  readonly #notes = new ReleaseNotes();

  line({ text: line, at: stamped, head }: CarriedLine): void {
    const command = commandOf(line);
    if (command !== undefined) {
      this.#section(command);
      return;
    }
    if (FENCE.test(line)) this.#fenced = !this.#fenced;
    const at = stamped ?? timeOf(line);
    this.#mention(line, head, at);
    const claim = this.#documents.read(line) ?? claimOf(line);
    if (claim) this.#claims.add(claim);
    if (this.#tables.read(line) || this.#usage.read(line)) return;
    if (this.#isOfObject(line)) {
      this.#joiner.end();
      return;
    }
    if (at !== undefined) this.#logLines++;
    this.#message(line, voiceOfCarrier(head) ?? this.#voice);
  }

  #mention(line: string, head: string, at: number | undefined): void {
    if (at !== undefined) this.#latest = Math.max(at, this.#latest ?? at);
    this.#apis.mention(line);
    if (this.#servers.length < 4096) this.#servers += `${head} ${line.slice(0, 400)}\n`;
  }

  /** A condition, an event or a line about a pod. */
  #isOfObject(line: string): boolean {
    const isCondition = this.#conditions.read(line);
    const event = this.#events.read(line);
    return event !== undefined || isCondition || this.#pods.read(line);
  }

  #message(line: string, voice: Voice): void {
    if (this.#notes.holds(line)) return;
    if (this.#fenced || !isProse(line)) {
      this.#joiner.add(line, voice);
      return;
    }
    this.#joiner.end();
    const quoted = quotedError(line);
    if (quoted !== undefined) this.#joiner.push(quoted, 'client');
  }

  #section(command: string): void {
    this.#voice = voiceOfCommand(command);
    this.#servers += `${command.slice(0, 200)}\n`;
    this.#notes.end();
    this.#end();
    this.#documents.command(command);
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
    const asOf = textTime(this.#latest);
    for (const [api, { message }] of this.#apis.conditions)
      if (message !== '') this.#joiner.messages.push({ text: message, voice: 'kube-apiserver', about: [api] });
    for (const event of this.#ownEvents(time)) if (event.message !== '') this.#joiner.push(event.message, 'unknown');
    const matches = matchMessages(this.#joiner.messages, time);
    const names = this.#names(matches);
    const own = new Map(names.map((name) => [name, matches.of(name, false)]));
    const apis = names.map((name) => this.#facts(name, time, matches, this.#beside(name, own)));
    const sources = this.#sources(time, omitted);
    const before = apis.map((api) => unknownApi(api.name, api.backend));
    return [
      { schema: SNAPSHOT_SCHEMA, time: time - BEFORE_MS, asOf, cluster: EMPTY_CLUSTER, apis: before, sources },
      { schema: SNAPSHOT_SCHEMA, time, asOf, cluster: this.#cluster(), apis, sources },
    ];
  }

  /** Every API that the text is about; `unknown` when it names none and is about one. */
  #names(matches: Matches): string[] {
    const named = new Set([...this.#apis.list(this.#servers), ...this.#claims.apis]);
    if (named.size > 0) return [...named].sort();
    const anything =
      matches.any || this.#pods.size > 0 || this.#events.any || this.#claims.any || this.#tables.any || this.#apis.conditions.size > 0;
    const { unknownError } = matches.of(UNNAMED, true);
    return anything || (unknownError !== undefined && this.#voice === 'aggregated-server') ? [UNNAMED] : [];
  }

  /** An API that is shown to answer, beside others that fail: what the text says of errors is about those. */
  #beside(name: string, own: ReadonlyMap<string, Said>): boolean {
    const fails = (api: string) =>
      (conditionError(this.#apis.conditionOf(api)) ?? own.get(api)?.error ?? this.#claims.error(api)) !== undefined;
    const answers = this.#apis.conditionOf(name)?.status === 'True' || this.#claims.proofs(name).length > 0;
    return answers && !fails(name) && [...own.keys()].some((other) => other !== name && fails(other));
  }

  /** Names that the servers of these APIs go by. */
  #stems(): readonly string[] {
    return serverStems(this.#servers, this.#apis.services);
  }

  #ownEvents(time: number): ClusterEvent[] {
    return this.#events.facts(time, this.#stems());
  }

  #facts(name: string, time: number, matches: Matches, beside: boolean): ApiFacts {
    const { namespace = '', service } = this.#apis.backendOf(name) ?? {};
    const condition = this.#apis.conditionOf(name);
    const backend = beside ? { facts: {}, trouble: undefined } : this.#backend(time, service);
    const said = matches.of(name, !beside);
    const proofs = this.#claims.proofs(name);
    const reported = reportOf({ condition, said, proofs, claimed: this.#claims.error(name), trouble: backend.trouble });
    return {
      ...unknownApi(name, { namespace, service: service ?? '', port: 443 }),
      ...(condition ? { condition: observed(condition) } : {}),
      ...backend.facts,
      ...this.#tables.facts(service),
      textMatches: said.counts,
      ...(reported ? { reported } : {}),
      ...(said.harmless.length > 0 ? { harmless: said.harmless } : {}),
    };
  }

  /** What the text says of pods, and what of it is no good. */
  #backend(time: number, service: string | undefined) {
    const events = this.#ownEvents(time);
    const pods = this.#pods.facts(time, this.#concerns(service));
    const usage = this.#usage.facts();
    return {
      facts: {
        ...(pods.length > 0 ? { pods: observed(pods) } : {}),
        ...(usage.length > 0 ? { resources: observed(usage) } : {}),
        ...(events.length > 0 ? { events: observed({ counts: [], recent: events }) } : {}),
      },
      trouble: troubleOf(pods) ?? this.#tables.trouble(service, this.#stems()),
    };
  }

  /** Which pods of a listing are the backend's: those that are called like its Service, if any is. */
  #concerns(service: string | undefined): (pod: string) => boolean {
    const stems = service === undefined ? this.#stems() : [service];
    const related = this.#pods.names().filter((name) => isOfServer(name, stems));
    if (related.length === 0) return () => true;
    const kept = new Set(related);
    return (pod) => kept.has(pod);
  }

  #cluster(): ClusterFacts {
    const { nodes } = this.#tables;
    return nodes.length > 0 ? { ...EMPTY_CLUSTER, nodes: observed(nodes) } : EMPTY_CLUSTER;
  }

  #sources(time: number, omitted: number): SourceStatus[] {
    const seen = new Set<SourceName>();
    if (this.#apis.conditions.size > 0) seen.add('api-services');
    if (this.#pods.size > 0) seen.add('pods');
    if (this.#events.any) seen.add('events');
    if (this.#logLines > 0) seen.add('logs');
    if (this.#usage.facts().length > 0) seen.add('resources');
    if (this.#tables.nodes.length > 0) seen.add('nodes');
    if (this.#tables.endpoints.size > 0) seen.add('endpoint-slices');
    if (this.#tables.workloads.size > 0) seen.add('workloads');
    const note = omitted > 0 ? `${Math.ceil(omitted / 2 ** 20)} MiB in the middle of the text were left out` : undefined;
    return SOURCES.map((source) =>
      seen.has(source)
        ? { source, state: 'ok', lastSuccess: time, ...(note === undefined ? {} : { message: note }) }
        : { source, state: 'absent', message: 'not in the text' },
    );
  }
}
