/** `kubectl describe networkpolicy` (kubectl 1.20 to 1.37 pkg/describe), read into what the API would give. */
const FIELD = /^(\s{0,40})([A-Z][\w ]{1,40}?):\s{0,60}(.*)$/;
const EQUALITY = /^([A-Za-z0-9][\w./-]{0,300})=([\w.-]{0,63})$/;
const ISOLATED = /Selected pods are isolated for (ingress|egress) connectivity/;

interface Rule {
  ports: { protocol: string; port: number | string }[];
  peers: Record<string, unknown>[];
}

/** One description at a time; what it does not understand it leaves out, and then gives nothing. */
export class DescribedPolicy {
  readonly #done: (raw: unknown) => void;
  #name = '';
  #namespace = '';
  #selector: Record<string, unknown> | undefined;
  #direction: 'ingress' | 'egress' | undefined;
  #rules: { ingress?: Rule[]; egress?: Rule[] } = {};
  #types: string[] | undefined;

  constructor(done: (raw: unknown) => void) {
    this.#done = done;
  }

  read(line: string): void {
    const begins = line.startsWith('Name') || line.includes('PodSelector:');
    if (this.#selector === undefined && !begins) return;
    if (this.#isOfRules(line) || line.length > 1000) return;
    const [, indent = '', key = '', value = ''] = FIELD.exec(line) ?? [];
    if (key !== '') this.#field(key, value.trim(), indent.length);
  }

  /** What separates rules, and what says that there is none. */
  #isOfRules(line: string): boolean {
    if (this.#direction === undefined) return false;
    if (ISOLATED.test(line)) this.#rules[this.#direction] = [];
    else if (/^\s+-{4,}\s*$/.test(line)) this.#rules[this.#direction]?.push({ ports: [], peers: [] });
    else return false;
    return true;
  }

  end(): void {
    if (this.#selector && this.#types) {
      const { ingress, egress } = this.#rules;
      this.#done({
        kind: 'NetworkPolicy',
        metadata: { name: this.#name || 'unnamed', namespace: this.#namespace },
        spec: {
          podSelector: this.#selector,
          policyTypes: this.#types,
          ingress: (ingress ?? []).map(({ ports, peers }) => ({ ports, from: peers })),
          egress: (egress ?? []).map(({ ports, peers }) => ({ ports, to: peers })),
        },
      });
    }
    this.#selector = undefined;
    this.#types = undefined;
    this.#direction = undefined;
    this.#rules = {};
    this.#name = '';
    this.#namespace = '';
  }

  #field(key: string, value: string, indent: number): void {
    if (indent === 0 && key === 'Name') {
      this.end();
      this.#name = value;
    } else if (indent === 0 && key === 'Namespace') this.#namespace = value;
    else if (key === 'PodSelector' && this.#selector === undefined) this.#selector = selectorOf(value);
    else if (key === 'Policy Types') {
      this.#types = value.split(/,\s*/);
      this.end();
    } else if (this.#selector) this.#rule(key, value);
  }

  #rule(key: string, value: string): void {
    const [, direction] = /^Allowing (ingress|egress) traffic$/.exec(key) ?? [];
    if (direction !== undefined) {
      this.#direction = direction as 'ingress' | 'egress';
      this.#rules[this.#direction] = [{ ports: [], peers: [] }];
      return;
    }
    const rule = this.#direction === undefined ? undefined : this.#rules[this.#direction]?.at(-1);
    if (!rule) return;
    if (key === 'To Port') addPort(rule, value);
    else if (key === 'NamespaceSelector') rule.peers.push({ namespaceSelector: selectorOf(value) });
    else if (key === 'PodSelector') addPods(rule, value);
    else if (key === 'CIDR') rule.peers.push({ ipBlock: { cidr: value } });
  }
}

function addPort(rule: Rule, value: string): void {
  const [port = '', protocol = 'TCP'] = value.split('/');
  if (!value.startsWith('<any>')) rule.ports.push({ protocol, port: /^\d{1,5}$/.test(port) ? Number(port) : port });
}

/** Below a NamespaceSelector it narrows that one. */
function addPods(rule: Rule, value: string): void {
  const last = rule.peers.at(-1);
  if (last && 'namespaceSelector' in last && !('podSelector' in last)) last.podSelector = selectorOf(value);
  else rule.peers.push({ podSelector: selectorOf(value) });
}

/** `app=tide,tier=b`; `<none>` and nothing select all. Words that are no equality make it one that nothing is known of. */
function selectorOf(value: string): Record<string, unknown> {
  if (value === '' || value.startsWith('<none>')) return {};
  const labels = value.split(',').map((part) => EQUALITY.exec(part.trim()));
  if (labels.some((label) => label === null)) return { unread: value };
  return { matchLabels: Object.fromEntries(labels.map((label) => [label?.[1] ?? '', label?.[2] ?? ''])) };
}
