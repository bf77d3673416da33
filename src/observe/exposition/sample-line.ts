/** `labels` is the raw text between the braces, '' without braces; `timestamp` is Unix ms, where the sample carries one. */
export type OnSample = (name: string, labels: string, value: number, timestamp: number | undefined) => void;

/** Reads a line of which the name is known to be wanted. A line that is no sample is left out: it says nothing. */
export function readSample(line: string, name: string, onSample: OnSample): void {
  let rest = name.length;
  let labels = '';
  if (line[rest] === '{') {
    const close = closingBrace(line, rest + 1);
    if (close < 0) return;
    labels = line.slice(rest + 1, close);
    rest = close + 1;
  }
  // What follows is `value`, or `value timestamp`, or either with an exemplar behind a hash, which is not ours.
  const [value = '', timestamp] = line
    .slice(rest)
    .trim()
    .split(/[ \t]+/, 2);
  const number = parseNumber(value);
  if (number === undefined) return;
  onSample(name, labels, number, timestamp === undefined || timestamp.startsWith('#') ? undefined : parseNumber(timestamp));
}

/**
 * The brace that ends the labels. Step by step only where a quoted brace is possible: another one follows, or what stands
 * before this one may be the beginning of a value. No loop of ours runs otherwise, because readings are mostly cold.
 */
function closingBrace(line: string, start: number): number {
  const first = line.indexOf('}', start);
  const before = line[first - 2];
  if (first < 0 || (line.lastIndexOf('}') === first && line[first - 1] === '"' && before !== '=' && before !== '\\')) return first;
  let at = start;
  while (at < line.length) {
    const character = line[at];
    if (character === '}') return at;
    at++;
    if (character !== '"') continue;
    while (at < line.length && line[at] !== '"') at += line[at] === '\\' ? 2 : 1;
    at++;
  }
  return -1;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** As Prometheus writes numbers: `+Inf`, `-Inf`, `NaN`, `1e-05`. undefined when it is none. */
export function parseNumber(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text);
  const special = /^([+-]?)(?:(inf(?:inity)?)|(nan))$/i.exec(text);
  if (!special) return undefined;
  return special[3] ? Number.NaN : special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
