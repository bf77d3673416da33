import { HURT_KIND_NAMES, type HurtKind } from '../domain/impact.ts';
import { type Observed, UNOBSERVED } from '../domain/observed.ts';
import {
  type ApiFacts,
  type ApiserverFacts,
  type ClusterFacts,
  EMPTY_CLUSTER,
  SNAPSHOT_SCHEMA,
  type Snapshot,
} from '../domain/snapshot.ts';
import type { SourceStatus } from '../domain/sources.ts';
import type { Clock } from '../source/clock.ts';
import type { LookedUp, OpenSource, Victims } from './define-source.ts';
import type { Discovery } from './discovery/discovery.ts';
import { type Statuses, unreadableFact } from './discovery/object-facts.ts';
import { readTexts } from './statements.ts';
import { mergeCounts, type TextMatches } from './text-matches.ts';

/** What is known of an API of which no source was asked. */
const nothingLookedUp = (why: Observed<never>): LookedUp => ({
  probes: [],
  logs: why,
  policy: why,
  resources: why,
  backendMetrics: why,
  rights: why,
  textMatches: [],
});

/** Garbage collection and quota stop for what they cannot discover, and only kube-controller-manager's own log tells (1.36). */
const NOT_SEEN_FROM_HERE: Observed<never> = {
  state: 'unobserved',
  why: 'what garbage collection and quota miss stands in the log of kube-controller-manager only, which is not read',
};

/** Whom it hurts, by everyone who looks for somebody; of a kind that nobody looks for nothing is known. */
function hurtFacts(asked: readonly OpenSource[], name: string): Pick<ApiFacts, 'hurt' | 'hurtUnlisted'> {
  const victims: Victims = Object.assign({}, ...asked.map((source) => source.ofHurt(name)));
  const of = (kind: HurtKind) => victims[kind]?.listed ?? UNOBSERVED;
  const unlisted = HURT_KIND_NAMES.filter((kind) => (victims[kind]?.unlisted ?? 0) > 0);
  return {
    hurt: {
      autoscaler: of('autoscaler'),
      namespace: of('namespace'),
      webhook: of('webhook'),
      controller: NOT_SEEN_FROM_HERE,
      client: of('client'),
    },
    ...(unlisted.length > 0 && { hurtUnlisted: Object.fromEntries(unlisted.map((kind) => [kind, victims[kind]?.unlisted])) }),
  };
}

/** Puts together what the sources know. `asked` = those that are not switched off. */
export function createSnapshots(input: {
  readonly discovery: Discovery;
  readonly asked: readonly OpenSource[];
  readonly texts: TextMatches;
  readonly clock: Clock;
}): (sources: readonly SourceStatus[]) => Snapshot {
  const { discovery, asked, texts, clock } = input;

  function apiFacts(name: string, seen: Statuses): ApiFacts | undefined {
    const facts = discovery.facts(name, seen);
    if (!facts) return undefined;
    const known: ApiFacts = Object.assign({}, facts, nothingLookedUp(UNOBSERVED), ...asked.map((source) => source.ofApi(name)));
    readTexts(texts, known, clock());
    // Whose pods those would be is not known: none of what is looked up by them says anything of this API.
    const blind = unreadableFact('the APIService', discovery.unreadable(name));
    if (blind) return { ...facts, ...nothingLookedUp(blind), probes: known.probes };
    return { ...known, ...hurtFacts(asked, name), textMatches: mergeCounts(texts.factsFor(name), known.textMatches) };
  }

  function clusterFacts(): ClusterFacts {
    const version = discovery.serverVersion();
    const unasked: ClusterFacts = {
      ...EMPTY_CLUSTER,
      ...(version !== undefined && { serverVersion: version }),
      nodes: discovery.nodes(),
      apiservers: apiservers(),
      cronJobs: discovery.cronJobs(),
      systemEvents: discovery.systemEvents(),
      changes: discovery.clusterChanges(),
    };
    return Object.assign(unasked, ...asked.map((source) => source.ofCluster()));
  }

  function apiservers(): ApiserverFacts[] {
    const facts = new Map<string, ApiserverFacts>();
    for (const source of asked)
      for (const [instance, of] of source.ofApiservers())
        facts.set(instance, { ...(facts.get(instance) ?? { instance, metrics: UNOBSERVED }), ...of });
    return [...facts.values()].sort((a, b) => (a.instance < b.instance ? -1 : 1));
  }

  return (sources) => {
    const seen = discovery.seen();
    const apis = discovery.names().flatMap((name) => apiFacts(name, seen) ?? []);
    return { schema: SNAPSHOT_SCHEMA, time: clock(), cluster: clusterFacts(), apis, sources };
  };
}
