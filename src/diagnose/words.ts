import { inWords, rounded, secondsInWords } from '../domain/quantity.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiFacts } from '../domain/snapshot.ts';
import type { WindowCount } from './compiled-criteria.ts';

/**
 * Names of a sentence, from the snapshot; `values` are those that the evidence found: `{value}`, and `{value|pod|pods}` with its noun.
 * Commands: see commands.ts.
 */
export function fill(text: string, api: ApiFacts, values: Readonly<Record<string, string>> = {}): string {
  const { namespace, service } = api.backend;
  const { name: apiservice, group, version } = api;
  const words: ReadonlyMap<string, string> = new Map(Object.entries({ namespace, service, apiservice, group, version, ...values }));
  const value = words.get('value');
  return text
    .replace(/\{value\|([^|}]*)\|([^|}]*)\}/g, (_, one: string, many: string) => `${value} ${value === '1' ? one : many}`)
    .replace(/\{([a-z]+)\}/g, (_, name: string) => words.get(name) || `(${name} not known)`);
}

/** `{met} of {of}`, `{from}` and `{r}` of a sentence about a window. */
export function windowInWords({ from, met, of, r }: WindowCount): Readonly<Record<string, string>> {
  return {
    from: `${new Date(from * 1000).toISOString().slice(11, 16)} UTC`,
    ...(met === undefined ? {} : { met: String(met) }),
    ...(of === undefined ? {} : { of: String(of) }),
    ...(r === undefined ? {} : { r: r.toFixed(2) }),
  };
}

/** A signal and its value: `restarts in the last hour: 3`, `the rollout goes on: yes`. */
export function readingInWords(value: number, signal: Described): string {
  const { yes, end, words, share } = wordsOf(signal);
  if (yes !== undefined) return `${words}: ${value === yes ? 'yes' : 'no'}`;
  if (end !== undefined) return value < 0 ? `time since ${end}: ${secondsInWords(-value)}` : `time until ${end}: ${secondsInWords(value)}`;
  return `${words}: ${value > 0 && value <= 1 && share ? `${rounded(value * 100)} %` : inWords(value, signal)}`;
}

type Described = Pick<Signal, 'name' | 'metric' | 'kind' | 'help' | 'words'>;

/** What is in the help of a signal. */
interface Words {
  readonly words: string;
  /** Of a flag: the value that means yes. */
  readonly yes?: number;
  /** What the seconds are left until. */
  readonly end?: string;
  readonly share: boolean;
}

const WORDS = new WeakMap<Described, Words>();

/** A catalogue's signals are the same at every moment: their help is read once. */
function wordsOf(signal: Described): Words {
  const words = WORDS.get(signal) ?? readHelp(signal);
  WORDS.set(signal, words);
  return words;
}

function readHelp({ help, words }: Described): Words {
  const share = /^Share of /.test(help);
  // Says what the flag is: `1 while the Service exists, 0 while it does not.`
  const [, yes, what = ''] = /^([01]) while (.*?)(?:[,;:] .*|)\.?$/.exec(help) ?? [];
  if (yes !== undefined) return { words: words ?? what, yes: Number(yes), share };
  const end = /^Seconds until (.*?);/.exec(help)?.[1];
  return { words: words ?? labelOf(help), share, ...(end === undefined ? {} : { end }) };
}

/** The first words of the help, without its unit. */
function labelOf(help: string): string {
  const [words = ''] = help.replace(/, (?:Unix time|0 to 1|as a share of its limit)\b.*|[;:] .*|\.$/g, '').split('. ');
  // Names keep their capitals: NetworkPolicies, TLS.
  return /^[A-Z][a-z]* /.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words;
}
