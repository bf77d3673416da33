import type { Change } from '../../domain/snapshot.ts';
import type { CacheChange } from '../../kube/api.ts';
import { selects } from '../../objects/policy/label-selector.ts';
import { type PolicyRecord, policyChange } from '../../objects/policy/network-policy.ts';
import type { ApiTarget } from '../../objects/targets.ts';

const MAX_DELETED = 50;
const NEW_FOR_MS = 120_000;

/** The policies by namespace, and what was seen to change of them. */
export class PolicyBook {
  /** Grows with each change. */
  version = 0;
  readonly #byNamespace = new Map<string, Map<string, PolicyRecord>>();
  /** When a policy changed, as far as we saw it. */
  readonly #changedAt = new Map<string, number>();
  /** Deleted policies still explain a recovery, or a new fault when they admitted the kube-apiserver. */
  readonly #deleted: { readonly policy: PolicyRecord; readonly at: number }[] = [];

  in(namespace: string): PolicyRecord[] {
    return [...(this.#byNamespace.get(namespace)?.values() ?? [])];
  }

  /**
   * @param watched whether its namespace is one of the backends'.
   * @returns What is to be said of it; undefined for what was there before, or changes nothing for traffic.
   */
  take(change: CacheChange<PolicyRecord>, now: number, watched: boolean): Change | undefined {
    this.#keep(change);
    if (!change.live || !watched) return undefined;
    const summary = summaryOf(change);
    if (summary === undefined || isOld(change, now)) return undefined;
    this.#note(change, now);
    return changeOf(change.object, summary, now);
  }

  /** Of the policies that select, or selected, one of its pods; Unix milliseconds. */
  lastChangeFor({ backend, pods }: ApiTarget): number | undefined {
    const concerns = ({ podSelector }: PolicyRecord): boolean => pods.some(({ labels }) => selects(podSelector, labels));
    const times = this.in(backend.namespace)
      .filter(concerns)
      .flatMap((policy) => this.#changedAt.get(`${policy.namespace}/${policy.name}`) ?? policy.writer?.at ?? policy.createdAt ?? []);
    for (const { policy, at } of this.#deleted) if (policy.namespace === backend.namespace && concerns(policy)) times.push(at);
    return times.length > 0 ? Math.max(...times) : undefined;
  }

  #keep({ type, key, object }: CacheChange<PolicyRecord>): void {
    this.version += 1;
    const own = this.#byNamespace.get(object.namespace) ?? new Map<string, PolicyRecord>();
    this.#byNamespace.set(object.namespace, own);
    if (type === 'deleted') {
      own.delete(key);
      this.#changedAt.delete(key);
    } else own.set(key, object);
    if (own.size === 0) this.#byNamespace.delete(object.namespace);
  }

  #note({ type, key, object }: CacheChange<PolicyRecord>, at: number): void {
    if (type === 'deleted') {
      this.#deleted.push({ policy: object, at });
      if (this.#deleted.length > MAX_DELETED) this.#deleted.shift();
    } else this.#changedAt.set(key, at);
  }
}

function summaryOf({ type, object, previous }: CacheChange<PolicyRecord>): string | undefined {
  return previous && type === 'modified' ? policyChange(previous, object) : type;
}

/** A namespace that we have only begun to watch shows policies that are new to us and to nobody else. */
function isOld({ type, object }: CacheChange<PolicyRecord>, now: number): boolean {
  return type === 'added' && now - (object.createdAt ?? now) > NEW_FOR_MS;
}

function changeOf({ namespace, name, writer }: PolicyRecord, summary: string, at: number): Change {
  const manager = summary === 'deleted' ? undefined : writer?.manager;
  return { what: 'network-policy', at, object: `NetworkPolicy ${namespace}/${name}`, summary, ...(manager !== undefined && { manager }) };
}
