/** What a command of kubectl asks for. */
export interface Asked {
  readonly verb: string;
  /** As it was written: `po`, `deployments.apps`; empty where the verb takes pods. */
  readonly kind: string;
  /** Undefined when a list is asked for. */
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly everywhere: boolean;
  /** `-l k8s-app=tide-gauge` */
  readonly labels: ReadonlyMap<string, string>;
}

const VERBS: ReadonlySet<string> = new Set(['get', 'describe', 'logs', 'log']);
/** Flags whose value may be the next word. */
const WITH_VALUE: ReadonlySet<string> = new Set(
  '-n --namespace -l --selector -o --output -c --container --tail --since --context --kubeconfig --field-selector --sort-by'.split(' '),
);
const MOST_WORDS = 40;

/** `kubectl -n harbour describe pod tide-gauge-0` → what it shows; undefined for another command. */
export function askedBy(command: string): Asked | undefined {
  const [first = ''] = command.slice(0, 1024).split(/\s*[|;&]/);
  const { plain, flags } = wordsOf(first.trim().split(/\s+/).slice(0, MOST_WORDS));
  const at = plain.findIndex((word) => VERBS.has(word));
  const verb = plain[at];
  if (verb === undefined) return undefined;
  return {
    verb,
    ...targetOf(verb, plain.slice(at + 1)),
    namespace: flags.get('-n') ?? flags.get('--namespace'),
    everywhere: flags.has('-A') || flags.has('--all-namespaces'),
    labels: labelsOf(flags.get('-l') ?? flags.get('--selector') ?? ''),
  };
}

/** Flags with their values, and what stands between them. */
function wordsOf(words: readonly string[]): { readonly plain: readonly string[]; readonly flags: ReadonlyMap<string, string> } {
  const plain: string[] = [];
  const flags = new Map<string, string>();
  let open: string | undefined;
  for (const word of words) {
    const [flag = '', value] = word.startsWith('-') ? word.split(/=(.*)/s) : [];
    if (flag !== '') {
      open = value === undefined && WITH_VALUE.has(flag) ? flag : undefined;
      flags.set(flag, value ?? '');
    } else if (open === undefined) plain.push(word);
    else {
      flags.set(open, word);
      open = undefined;
    }
  }
  return { plain, flags };
}

function targetOf(verb: string, [first = '', second]: readonly string[]): { kind: string; name: string | undefined } {
  const [kind = '', name] = first.split('/');
  if (name) return { kind, name };
  return verb.startsWith('log') ? { kind: 'pod', name: kind || undefined } : { kind, name: second };
}

/** `app=a,tier=b`: the equalities of a selector. */
export function labelsOf(selector: string): Map<string, string> {
  const labels = new Map<string, string>();
  for (const part of selector.slice(0, 2000).split(',')) {
    const [, key, value] = /^\s*([A-Za-z0-9][\w./-]{0,300})==?([\w.-]{0,63})\s*$/.exec(part) ?? [];
    if (key !== undefined && value !== undefined) labels.set(key, value);
  }
  return labels;
}
