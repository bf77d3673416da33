import { inWords, rounded, secondsInWords } from '../domain/quantity.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiFacts } from '../domain/snapshot.ts';
import type { WindowCount } from './criteria.ts';

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
export function readingInWords(value: number, signal: Pick<Signal, 'name' | 'metric' | 'kind' | 'help' | 'words'>): string {
  // Says what the flag is: `1 while the Service exists, 0 while it does not.`
  const flag = /^([01]) while (.*?)(?:[,;:] .*|)\.?$/.exec(signal.help);
  if (flag) return `${signal.words ?? flag[2]}: ${value === Number(flag[1]) ? 'yes' : 'no'}`;
  const end = /^Seconds until (.*?);/.exec(signal.help)?.[1];
  if (end !== undefined) return value < 0 ? `time since ${end}: ${secondsInWords(-value)}` : `time until ${end}: ${secondsInWords(value)}`;
  return `${signal.words ?? labelOf(signal.help)}: ${value > 0 && value <= 1 && isShare(signal) ? `${rounded(value * 100)} %` : inWords(value, signal)}`;
}

const isShare = ({ help }: Pick<Signal, 'help'>): boolean => /^Share of /.test(help);

/** The first words of the help, without its unit. */
function labelOf(help: string): string {
  const [words = ''] = help.replace(/, (?:Unix time|0 to 1|as a share of its limit)\b.*|[;:] .*|\.$/g, '').split('. ');
  // Names keep their capitals: NetworkPolicies, TLS.
  return /^[A-Z][a-z]* /.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words;
}
