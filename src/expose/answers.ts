import type { Answer as Judgement } from '../domain/answer.ts';
import type { Candidacy } from '../domain/candidacy.ts';
import { diagnosesOf } from '../domain/diagnosis.ts';
import { failureOf, type NodeReach, type ReachState, reachInWords, reachState } from '../domain/node-reach.ts';
import { observedValue } from '../domain/observed.ts';
import type { PatternName } from '../domain/pattern.ts';
import { otherShardOf, printShard, type Shard } from '../domain/shard.ts';
import type { ApiFacts, BackendReference, ClusterEvent, ConditionFacts } from '../domain/snapshot.ts';
import { ESSENTIAL_SOURCES, SOURCE_STATES, type SourceStatus } from '../domain/sources.ts';
import type { ExporterView, WaitingView } from './view.ts';

/** A JSON answer of the HTTP API. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Why there is nothing yet, in one line: what the sources without which nothing is known are waiting for. */
function waitingFor({ sources }: WaitingView): string {
  const blind = sources.filter(({ source, state }) => ESSENTIAL_SOURCES.some((name) => name === source) && SOURCE_STATES[state].blind);
  const said = blind.map(
    ({ source, state, message }) => `${source} ${SOURCE_STATES[state].says}${message === undefined ? '' : `: ${message}`}`,
  );
  return ['waiting for the first tick', ...said].join('; ');
}

/** GET /api/v1/diagnoses[?apiservice=NAME…]: Diagnoses as diagnose prints them; a name that is not watched is 404. */
export function diagnosesAnswer(
  view: ExporterView | undefined,
  { waiting, shard }: { readonly waiting: () => WaitingView; readonly shard?: Shard | undefined },
  filter: unknown,
): Answer {
  if (!view) return { status: 503, body: { error: waitingFor(waiting()) } };
  const diagnoses = { ...view.round.diagnoses, ...(shard && { shard }) };
  const wanted = (Array.isArray(filter) ? filter : [filter]).filter((name): name is string => typeof name === 'string' && name !== '');
  if (wanted.length === 0) return { status: 200, body: diagnoses };
  const unknown = wanted.filter((name) => !view.snapshot.apis.some((api) => api.name === name));
  if (unknown.length > 0)
    return {
      status: 404,
      body: {
        error: `not watched: ${unknown
          .map((name) => whereIs(name, shard))
          .join(', ')
          .slice(0, 512)}`,
      },
    };
  return {
    status: 200,
    body: diagnosesOf(diagnoses, new Set(wanted)),
  };
}

function whereIs(name: string, shard: Shard | undefined): string {
  const other = shard && otherShardOf(shard, name);
  return other ? `${name} (it falls to shard ${printShard(other)})` : name;
}

export const STATUS_SCHEMA = 'aggregated-api-exporter/status/v1';

/** What is watched, and through what. Times are Unix seconds. */
export interface StatusBody {
  readonly schema: typeof STATUS_SCHEMA;
  readonly version: string;
  /** False before the first tick: then there are the sources only, how far each is, and what is in its way. */
  readonly ready: boolean;
  readonly time: number;
  /** Null: not known. */
  readonly serverVersion: string | null;
  /** Who leads the replicas; absent where none is elected. */
  readonly replica?: Candidacy;
  /** Whose APIs these are; absent where they are not shared out. */
  readonly shard?: Shard;
  readonly sources: readonly SourceStatus[];
  readonly targets: readonly StatusTarget[];
  readonly systemEvents: readonly ClusterEvent[];
  /** Error lines that no signature knows. */
  readonly unknownLogTemplates: readonly UnknownLogTemplate[];
}

export interface StatusTarget {
  readonly apiservice: string;
  readonly backend: BackendReference;
  /** Null: the condition was not observed. */
  readonly available: ConditionFacts['status'] | null;
  readonly answer: Judgement | null;
  /** Null: it does not err. */
  readonly cause: string | null;
  readonly confidence: number | null;
  readonly pattern: PatternName | null;
  /** From which nodes it is reached; absent where no agents on nodes are listened to. */
  readonly reach?: StatusReach;
  /** Of one that was deleted while it erred; kept for a day. */
  readonly deletedAt?: number;
}

export interface StatusReach {
  /** Null: no agent has reported. */
  readonly says: string | null;
  readonly counts: Readonly<Record<ReachState, number>>;
  /** Those from which it is not reached as a whole, or nothing is known; at most 50. */
  readonly nodes: readonly {
    readonly node: string;
    readonly network: NodeReach['network'];
    readonly state: ReachState;
    readonly why?: string;
    /** When its agent reported last. */
    readonly heardAt: number;
  }[];
}

export interface UnknownLogTemplate {
  readonly apiservice: string;
  readonly template: string;
  readonly count: number;
  readonly sample: string;
  readonly lastAt: number;
}

/** The exporter that answers. */
interface About {
  readonly version: string;
  readonly shard?: Shard | undefined;
}

/** GET /api/v1/status: what is watched, through which sources, and the error lines that no signature knows. */
export function statusAnswer(view: ExporterView | undefined, waiting: () => WaitingView, about: About): Answer {
  return { status: 200, body: view ? statusBody(view, about) : waitingStatus(waiting(), about) };
}

function statusBody(view: ExporterView, { version, shard }: About): StatusBody {
  const { snapshot } = view;
  return {
    schema: STATUS_SCHEMA,
    version,
    ready: true,
    time: snapshot.time / 1000,
    serverVersion: snapshot.cluster.serverVersion ?? null,
    ...(view.replica && { replica: view.replica }),
    ...(shard && { shard }),
    sources: snapshot.sources.map(shownSource),
    targets: targetsOf(view),
    systemEvents: (observedValue(snapshot.cluster.systemEvents) ?? []).map(({ at, ...event }) => ({ ...event, at: at / 1000 })),
    unknownLogTemplates: snapshot.apis.flatMap(unknownTemplatesOf),
  };
}

function targetsOf({ snapshot, round }: ExporterView): StatusTarget[] {
  const answers = new Map(round.diagnoses.answers.map(({ apiservice, answer }) => [apiservice, answer]));
  const causes = new Map(round.diagnoses.diagnoses.map((diagnosis) => [diagnosis.apiservice, diagnosis]));
  return snapshot.apis.map((api) => ({
    apiservice: api.name,
    backend: api.backend,
    available: observedValue(api.condition)?.status ?? null,
    answer: answers.get(api.name) ?? null,
    cause: causes.get(api.name)?.cause ?? null,
    confidence: causes.get(api.name)?.confidence ?? null,
    pattern: round.patterns.get(api.name)?.name ?? null,
    ...(api.reach && { reach: nodesReaching(api.reach) }),
    ...(api.deletedAt !== undefined && { deletedAt: api.deletedAt / 1000 }),
  }));
}

const MOST_NODES = 50;

function nodesReaching(all: readonly NodeReach[]): StatusReach {
  const counts = { reached: 0, partly: 0, unreached: 0, unknown: 0 };
  for (const of of all) counts[reachState(of)] += 1;
  const nodes = all.flatMap((of) => {
    const state = reachState(of);
    const why = failureOf(of);
    const { node, network, heardAt } = of;
    return state === 'reached' ? [] : [{ node, network, state, ...(why !== '' && { why }), heardAt: heardAt / 1000 }];
  });
  return { says: reachInWords(all) ?? null, counts, nodes: nodes.slice(0, MOST_NODES) };
}

function unknownTemplatesOf({ name, logs }: ApiFacts): UnknownLogTemplate[] {
  const templates = observedValue(logs)?.unknownTemplates ?? [];
  return templates.map(({ lastAt, ...template }) => ({ apiservice: name, ...template, lastAt: lastAt / 1000 }));
}

function waitingStatus({ time, sources }: WaitingView, { version, shard }: About): StatusBody {
  return {
    schema: STATUS_SCHEMA,
    version,
    ready: false,
    time: time / 1000,
    serverVersion: null,
    ...(shard && { shard }),
    sources: sources.map(shownSource),
    targets: [],
    systemEvents: [],
    unknownLogTemplates: [],
  };
}

function shownSource({ lastSuccess, ...source }: SourceStatus): SourceStatus {
  return { ...source, ...(lastSuccess !== undefined && { lastSuccess: lastSuccess / 1000 }) };
}
