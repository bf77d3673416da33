import { type AdminPolicy, readAdminPolicy } from '../../objects/policy/admin-policy.ts';
import { type CalicoPolicy, readCalicoPolicy } from '../../objects/policy/calico-policy.ts';
import { type CiliumPolicy, readCiliumPolicy } from '../../objects/policy/cilium-policy.ts';
import type { LabelSelector } from '../../objects/policy/label-selector.ts';
import { type PolicyRecord, readNetworkPolicy } from '../../objects/policy/network-policy.ts';
import { namespaceLabelsByName, type OtherPolicies } from '../../objects/policy/world.ts';

const MOST_POLICIES = 50;
const OF_CALICO = /^(?:crd\.)?projectcalico\.org\//;

interface Kept {
  readonly own: readonly PolicyRecord[];
  readonly admin: readonly AdminPolicy[];
  readonly cilium: readonly CiliumPolicy[];
  readonly calico: readonly CalicoPolicy[];
}

/** Policies that may concern one backend. */
export interface NearPolicies {
  readonly own: readonly PolicyRecord[];
  readonly others: OtherPolicies;
  /** By which they select pods. */
  readonly selectors: readonly LabelSelector[];
  readonly size: number;
  /** Each policy that the text shows could be read. */
  readonly complete: boolean;
}

/** The policies of a text, of the kinds that the evaluator knows (src/objects/policy). */
export class PolicyShelf {
  readonly #kept: { [Kind in keyof Kept]: Kept[Kind][number][] } = { own: [], admin: [], cilium: [], calico: [] };
  #count = 0;
  #complete = true;

  /** An object of any kind; one that is no policy is left. */
  put(raw: unknown): void {
    const { kind, apiVersion } = kindOf(raw);
    if (!kind.endsWith('NetworkPolicy')) return;
    if (this.#count >= MOST_POLICIES) this.#complete = false;
    else
      try {
        this.#read(kind, OF_CALICO.test(apiVersion), raw);
        this.#count++;
      } catch {
        // Of a policy with one value that is not understood nobody knows what it does.
        this.#complete = false;
      }
  }

  #read(kind: string, isCalico: boolean, raw: unknown): void {
    const kept = this.#kept;
    if (isCalico) {
      const policy = readCalicoPolicy(`Calico ${kind}`, raw);
      if (policy) kept.calico.push(policy);
    } else if (kind.startsWith('Cilium')) kept.cilium.push(...readCiliumPolicy(kind, raw));
    else if (kind === 'NetworkPolicy') kept.own.push(readNetworkPolicy(raw));
    else kept.admin.push(readAdminPolicy(kind, raw));
  }

  /** @param mayConcern whether a NetworkPolicy may be about the backend; the others tell that themselves. */
  near(mayConcern: (policy: PolicyRecord) => boolean): NearPolicies {
    const { admin, cilium, calico } = this.#kept;
    const own = this.#kept.own.filter(mayConcern);
    return {
      own,
      others: {
        admin,
        cilium: { served: cilium.length > 0, policies: cilium },
        // Sets of networks and endpoints of hosts are objects of their own, which the text need not show.
        calico: { policies: calico, tiers: [], sets: 'maybe' },
        namespaceLabels: namespaceLabelsByName,
      },
      selectors: [...own.map(({ podSelector }) => podSelector), ...cilium.flatMap(({ endpointSelector }) => endpointSelector ?? [])],
      size: own.length + admin.length + cilium.length + calico.length,
      complete: this.#complete,
    };
  }
}

function kindOf(raw: unknown): { readonly kind: string; readonly apiVersion: string } {
  const { kind, apiVersion } = typeof raw === 'object' && raw !== null ? (raw as { kind?: unknown; apiVersion?: unknown }) : {};
  return { kind: typeof kind === 'string' ? kind : '', apiVersion: typeof apiVersion === 'string' ? apiVersion : '' };
}
