import type { Hurt, HurtKind } from '../domain/impact.ts';
import type { Observed } from '../domain/observed.ts';
import type { ApiFacts, ApiserverFacts, ClusterFacts, NodeFacts } from '../domain/snapshot.ts';
import type { SourceName } from '../domain/sources.ts';
import type { KubeClient } from '../kube/api.ts';
import type { AddressRules } from '../net/addresses.ts';
import type { Targets } from '../objects/targets.ts';
import type { Prober } from '../probe/prober.ts';
import type { Clock } from '../source/clock.ts';
import type { Logger } from '../source/logger.ts';
import type { Right } from '../source/right.ts';
import type { Source } from '../source/source.ts';
import type { Discovery } from './discovery/discovery.ts';
import type { ObjectFacts } from './discovery/object-facts.ts';
import type { ObserverOptions } from './options.ts';

/** What a source finds when it is made: whom it may ask, and what discovery and the prober, which all others stand on, know. */
export interface Surroundings {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options: ObserverOptions;
  readonly addresses: AddressRules;
  readonly discovery: Discovery;
  readonly prober: Prober;
  readonly targets: Targets;
  /** Empty while they are not observed. */
  readonly nodes: () => readonly NodeFacts[];
  /** `host:port` of each kube-apiserver. */
  readonly apiservers: () => readonly string[];
}

/** Facts of an API that its objects do not tell: each is looked up by a source. */
export type LookedUp = Omit<ApiFacts, keyof ObjectFacts | 'hurt' | 'hurtUnlisted'>;

/** Whom an API hurts, of the kinds that a source looks for. */
export type Victims = Readonly<Partial<Record<HurtKind, VictimsOfKind>>>;

export interface VictimsOfKind {
  /** The longest hurt first, at most MOST_LISTED. */
  readonly listed: Observed<readonly Hurt[]>;
  readonly unlisted: number;
}

/** Everything that is to be said of a source; its status, its page row, its switch and its loss test follow from this. */
export interface SourceLiteral<Name extends SourceName, Made extends Source> {
  readonly name: Name;
  /** What it reads by our own rights: deploy/kubernetes/rbac.yaml holds exactly these. Empty: it needs none. */
  readonly rights: readonly Right[];
  /** It reads known backends in turns: a first turn before they are known would find nothing, and call it a success. */
  readonly afterDiscovery?: true;
  /** Each of its parts comes again by itself: to start it anew after an uncaught error would lose what it counted. */
  readonly outlivesErrors?: true;
  create(surroundings: Surroundings): Made;
  /** Its part of the Snapshot. Of a source that is switched off nobody asks: its facts are not observed. */
  readonly facts?: {
    readonly ofApi?: (made: Made, name: string) => Partial<LookedUp>;
    readonly ofHurt?: (made: Made, name: string) => Victims;
    readonly ofCluster?: (made: Made) => Partial<Omit<ClusterFacts, 'apiservers'>>;
    /** By `host:port` of the kube-apiserver. */
    readonly ofApiservers?: (made: Made) => ReadonlyMap<string, Partial<ApiserverFacts>>;
  };
}

export interface SourceDefinition<Name extends SourceName = SourceName>
  extends Pick<SourceLiteral<Name, Source>, 'name' | 'rights' | 'afterDiscovery' | 'outlivesErrors'> {
  open(surroundings: Surroundings): OpenSource;
}

/** A source that was made for one cluster. */
export interface OpenSource {
  readonly definition: SourceDefinition;
  readonly source: Source;
  ofApi(name: string): Partial<LookedUp>;
  ofHurt(name: string): Victims;
  ofCluster(): Partial<Omit<ClusterFacts, 'apiservers'>>;
  ofApiservers(): ReadonlyMap<string, Partial<ApiserverFacts>>;
}

export function defineSource<Name extends SourceName, Made extends Source>(literal: SourceLiteral<Name, Made>): SourceDefinition<Name> {
  const { create, facts = {}, ...said } = literal;
  const definition: SourceDefinition<Name> = {
    ...said,
    open(surroundings) {
      const source = create(surroundings);
      return {
        definition,
        source,
        ofApi: (name) => facts.ofApi?.(source, name) ?? {},
        ofHurt: (name) => facts.ofHurt?.(source, name) ?? {},
        ofCluster: () => facts.ofCluster?.(source) ?? {},
        ofApiservers: () => facts.ofApiservers?.(source) ?? new Map(),
      };
    },
  };
  return definition;
}
