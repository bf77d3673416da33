import { load } from 'js-yaml';
import { observed } from '../../domain/observed.ts';
import type { ApiFacts } from '../../domain/snapshot.ts';
import { evaluateEgress, evaluatePolicies } from '../../objects/policy/evaluate.ts';
import type { PolicyPod } from '../../objects/policy/flow.ts';
import { type LabelSelector, selects } from '../../objects/policy/label-selector.ts';
import type { PolicyRecord } from '../../objects/policy/network-policy.ts';
import { DescribedPolicy } from './described-policy.ts';
import { namespaceOfHeading, type PolicyBackend, type PolicyReading } from './policy-reading.ts';
import { PolicyShelf } from './policy-shelf.ts';

const BEGINS = /^\s{0,8}(?:- )?apiVersion:\s|^\s{0,8}kind:\s{0,4}\w{0,40}NetworkPolicy\b|^\{$/;
/** A key at the margin, an item, something below, a comment: what a document in YAML consists of; JSON has brackets there. */
const OF_A_DOCUMENT = /^(?:\s|-\s|#|[A-Za-z][\w-]{0,80}:(?:\s|$)|[{}\]])/;
const MOST_LINES = 2000;
/** Documents that are parsed: a text that has more of them is no answer of kubectl that a person read. */
const MOST_DOCUMENTS = 100;
/** What carries the packets of a kube-apiserver that is not in the network of the nodes runs here. */
const OF_TUNNELS = { 'kubernetes.io/metadata.name': 'kube-system' };

/**
 * Policies of a text: NetworkPolicies, those of Cilium and Calico and of the cluster's administrator as documents, and NetworkPolicies as
 * `kubectl describe` prints them.
 */
export class PolicyReader implements PolicyReading {
  readonly #shelf = new PolicyShelf();
  readonly #described = new DescribedPolicy((raw) => this.#shelf.put(raw));
  #lines: string[] | undefined;
  #documents = 0;
  /** The namespace that a command or a heading above names. */
  #within: string | undefined;

  within(namespace: string | undefined): void {
    this.#document();
    this.#within = namespace;
  }

  read(line: string, stamped: boolean): void {
    if (stamped && !this.#lines) return;
    const heading = /^\S/.test(line) ? namespaceOfHeading(line) : undefined;
    if (heading !== undefined) {
      this.within(heading);
      return;
    }
    this.#described.read(line);
    this.#gather(line);
  }

  #gather(line: string): void {
    if (this.#lines && (line.startsWith('---') || !OF_A_DOCUMENT.test(line) || this.#lines.length >= MOST_LINES)) this.#document();
    if (this.#lines) this.#lines.push(line);
    else if (mayBegin(line) && BEGINS.test(line)) this.#lines = [line];
    if (line === '}') this.#document();
  }

  end(): void {
    this.#document();
    this.#described.end();
  }

  #document(): void {
    const text = this.#lines?.join('\n') ?? '';
    this.#lines = undefined;
    if (!text.includes('NetworkPolicy') || this.#documents >= MOST_DOCUMENTS) return;
    this.#documents++;
    try {
      for (const one of objectsIn(load(text))) this.#shelf.put(inNamespace(one, this.#within));
    } catch {
      // A document that is cut or was typed by hand says nothing for sure.
    }
  }

  facts(backend: PolicyBackend): Pick<ApiFacts, 'policy'> | undefined {
    const shelf = this.#shelf.near(({ namespace, podSelector }) => mayBeOf(namespace, podSelector, backend));
    if (shelf.size === 0) return undefined;
    const labels = Object.assign({}, ...shelf.selectors.map((selector) => labelsIn(selector, backend)), backend.labels) as Record<
      string,
      string
    >;
    const policies = shelf.own.filter(({ podSelector }) => selects(podSelector, labels));
    const pods: PolicyPod[] = [{ namespace: backend.namespace ?? '', name: 'of the backend', labels, hostNetwork: false, ports: [] }];
    const tunnel = backend.tunnelled() || policies.some(admitsSystemPods) ? 'unknown' : 'absent';
    const { others } = shelf;
    const sources = { addresses: [], certain: false, tunnel } as const;
    const verdict = evaluatePolicies({ policies, others, pods, port: undefined, sources, nodes: [] });
    const egress = EGRESS.map(({ peer, words, protocol }) => ({
      peer,
      name: words,
      ...evaluateEgress({ policies, others, pods }, { peers: [], words, port: undefined, protocol, each: true }),
    })).filter((facts) => facts.verdict === 'blocks' && shelf.complete);
    if (verdict.verdict === 'admits' && egress.length === 0) return undefined;
    return { policy: observed({ ...verdict, ...notShown(verdict.verdict, shelf.complete), egress, notEvaluated: [] }) };
  }
}

const mayBegin = (line: string): boolean => line === '{' || line.includes('apiVersion:') || line.includes('kind:');

/** One object, several, or a `List` of them, as `kubectl get -o yaml` prints what it was asked for. */
function objectsIn(raw: unknown): readonly unknown[] {
  if (Array.isArray(raw)) return raw;
  const items = typeof raw === 'object' && raw !== null && 'items' in raw ? raw.items : undefined;
  return Array.isArray(items) ? items : [raw];
}

const EGRESS = [
  { peer: 'kube-apiserver', words: 'the kube-apiserver', protocol: 'TCP' },
  { peer: 'dns', words: "the cluster's DNS", protocol: 'UDP' },
  { peer: 'dependency', words: 'what it asks', protocol: 'TCP' },
] as const;

/** One that admits says nothing of those that the text does not show, and one that could not be read may admit. */
function notShown(verdict: string, complete: boolean) {
  if (verdict === 'admits') return { verdict: 'undetermined', why: 'the text shows no policy that keeps the kube-apiserver out' } as const;
  return complete
    ? {}
    : ({ verdict: 'undetermined', why: 'a policy of the text cannot be read: it may admit what the others do not' } as const);
}

/**
 * A policy selects in its own namespace. Where the text tells none of the server's, one that selects by the name of the server may be meant,
 * and one whose namespace the text does not tell either.
 */
function mayBeOf(namespace: string, selector: LabelSelector, backend: PolicyBackend): boolean {
  if (namespace === '' || backend.namespace === namespace) return true;
  return backend.namespace === undefined && Object.values(selector.matchLabels).some(backend.fits);
}

/** A document that leaves its namespace out is of the one that was asked for (kubectl) or that its file stands for (a dump). */
function inNamespace(raw: unknown, namespace: string | undefined): unknown {
  if (namespace === undefined || typeof raw !== 'object' || raw === null) return raw;
  const { kind, metadata } = raw as { kind?: unknown; metadata?: unknown };
  if (kind !== 'NetworkPolicy' && kind !== 'CiliumNetworkPolicy') return raw;
  return typeof metadata === 'object' && metadata !== null ? { ...raw, metadata: { namespace, ...metadata } } : raw;
}

/** Labels by which a policy selects a server of this name. */
function labelsIn({ matchLabels }: LabelSelector, { fits }: PolicyBackend): Readonly<Record<string, string>> {
  return Object.values(matchLabels).some(fits) ? matchLabels : {};
}

/** Agents of a tunnel may be meant: pods of the system's namespace. */
function admitsSystemPods({ ingress = [] }: PolicyRecord): boolean {
  return ingress.some(({ peers = [] }) =>
    peers.some(({ namespaceSelector, podSelector }) =>
      namespaceSelector === undefined ? podSelector !== undefined : selects(namespaceSelector, OF_TUNNELS),
    ),
  );
}
