import { CARRIED, PRINTED } from '../carriers/samples.ts';
import { WRAPS, WRAPS_OF_LOGS } from '../carriers/wrap.ts';
import { ANSWERS } from './answers.ts';
import { SAMPLE } from './sample.ts';

/** Texts as programs print them and people paste them, from which mutations start. */
const REALISTIC: readonly string[] = [SAMPLE, ...[...CARRIED, ...PRINTED, ...ANSWERS].map(({ text }) => text)];
const LONGEST = 20_000;
const MOST_STEPS = 6;

/** Pieces at which readers decide something. */
const PIECES = [
  ...[
    '\n',
    '\r\n',
    '\r',
    '\t',
    ' ',
    '  ',
    '"',
    "'",
    '\\',
    '\\"',
    '`',
    '{',
    '}',
    '[',
    ']',
    '{"',
    '"}',
    '[{',
    ': ',
    '|',
    '| ',
    '│ ',
    '> ',
    '```',
    '---',
  ],
  ...['\u0000', '\u001b[31m', '\u200b', '\ufeff', '\ud800', '“', '”', '›', '┌─', '└─┘', '\u2028'],
  ...[
    'kind: APIService\n',
    'kind: List\n',
    'status: "False"\n',
    'type: Available\n',
    'message: |-\n  ',
    'data: |\n',
    '- ',
    '# APIService under diagnosis: ',
  ],
  ...[
    'E0105 09:00:00.000000       1 a.go:1] ',
    '2026-01-05T09:00:01.113702151Z ',
    'stderr P ',
    'stderr F ',
    '[pod/a/b] ',
    '+ a › b\n',
    '{"log":"',
    'time="',
  ],
  ...[
    'NAME   READY   STATUS   RESTARTS   AGE\n',
    'NAME   ENDPOINTS   AGE\n',
    '<none>',
    '<unknown>',
    '0/1',
    'v1.tides.example.com',
    '/apis/tides.example.com/v1',
  ],
  ...[
    'Get "https://10.96.7.7:443": ',
    'dial tcp 10.96.7.7:443: ',
    'x509: ',
    'rpc error: code = ',
    ' desc = ',
    'Trace[1]: ',
    '(get pods.metrics.k8s.io)',
  ],
  ...[
    '$ kubectl ',
    '==== START logs for container a of pod b/c ====\n',
    'Error from server (',
    'panic: ',
    'constructor',
    '__proto__',
    'toString',
    '(x99999999 over 9d)',
  ],
];

/** Numbers of chance that are the same for the same seed: mulberry32. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, limit);
  }

  of<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

type Step = (text: string, dice: Dice) => string;

/** A part of a text: mostly a short one. */
function span(text: string, dice: Dice): readonly [start: number, end: number] {
  const start = dice.below(text.length + 1);
  return [start, Math.min(text.length, start + dice.below(dice.below(2) === 0 ? 12 : 400))];
}

const STEPS: readonly Step[] = [
  (text, dice) => {
    const [start, end] = span(text, dice);
    return text.slice(0, start) + text.slice(end);
  },
  (text, dice) => {
    const at = dice.below(text.length + 1);
    return text.slice(0, at) + dice.of(PIECES) + text.slice(at);
  },
  (text, dice) => {
    const [start, end] = span(text, dice);
    const times = 1 + dice.below(dice.below(20) === 0 ? 2000 : 8);
    return text.slice(0, end) + text.slice(start, end).repeat(times) + text.slice(end);
  },
  (text, dice) => {
    const at = dice.below(text.length + 1);
    return `${text.slice(0, at)}${String.fromCharCode(dice.below(dice.below(4) === 0 ? 65_536 : 256))}${text.slice(at + 1)}`;
  },
  (text, dice) => {
    const lines = text.split('\n');
    const [a, b] = [dice.below(lines.length), dice.below(lines.length)];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    return lines.join('\n');
  },
  (text, dice) => {
    const other = dice.of(REALISTIC);
    const at = dice.below(text.length + 1);
    return text.slice(0, at) + other.slice(...span(other, dice)) + text.slice(at);
  },
  (text, dice) => dice.of([...WRAPS, ...WRAPS_OF_LOGS]).wrap(text),
  (text, dice) => `${text}\n${dice.of(REALISTIC)}`,
  (text, dice) => text.slice(...span(text, dice)) + text.slice(dice.below(text.length)),
  (text, dice) => (dice.below(2) === 0 ? text.replaceAll('\n', '\r\n') : text.replaceAll('\n', ' ')),
  (text, dice) => JSON.stringify(dice.below(2) === 0 ? { message: text } : text),
];

/** A realistic text that something happened to; the same for the same seed. */
export function mutation(seed: number): string {
  const dice = new Dice(seed);
  let text = dice.of(REALISTIC);
  for (let step = 1 + dice.below(MOST_STEPS); step > 0; step--) text = dice.of(STEPS)(text, dice).slice(0, LONGEST);
  return text;
}
