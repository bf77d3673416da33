import { redacted } from '../../redact/redact.ts';
import { linesOf } from '../text/lines.ts';
import { timeOf } from '../text/times.ts';
import { BlockReader } from './blocks.ts';
import type { CarriedLine } from './carrier.ts';
import { DocumentGatherer } from './documents.ts';
import { openJson } from './json-documents.ts';
import { prefixOf } from './prefixes.ts';
import { undrawn } from './sheet.ts';
import { SternReader } from './stern.ts';

/** Carriers in carriers. */
const MOST_LAYERS = 5;
const LONGEST_HEAD = 400;
/** A line that the kubelet or containerd cut into parts (16 KiB each). */
const LONGEST_LINE = 65_536;

/** Takes one carrier off each line; what it carried is a text of its own, which the next layer reads. */
export class Layer {
  readonly #depth: number;
  readonly #documents = new DocumentGatherer();
  readonly #blocks = new BlockReader();
  readonly #stern = new SternReader();
  /** A line whose carrier said that it goes on. */
  #part: CarriedLine | undefined;
  #next: Layer | undefined;

  /** @param depth 1 for the text itself. */
  constructor(depth: number) {
    this.#depth = depth;
  }

  *push(line: CarriedLine): Generator<CarriedLine> {
    const text = undrawn(line.text);
    if (text === undefined) return;
    const shown = text === line.text ? line : { ...line, text };
    for (const whole of this.#documents.push(shown)) yield* this.#open(whole);
  }

  *end(): Generator<CarriedLine> {
    for (const line of this.#documents.end()) yield* this.#open(line);
    yield* this.#endCarried();
  }

  *#open(line: CarriedLine): Generator<CarriedLine> {
    if (this.#depth > MOST_LAYERS) {
      yield line;
      return;
    }
    const text = this.#blocks.read(line.text);
    const carries = opensJson(text) ? openJson(text) : undefined;
    if (carries) {
      for (const { head, body } of carries) for (const own of linesOf(redacted(`${body}\n`))) yield* this.#carried(within(line, own, head));
      return;
    }
    const prefix = prefixOf(text);
    const length = prefix?.length ?? this.#stern.prefixLength(text);
    if (length > 0) {
      yield* this.#joined(within(line, text.slice(length), text.slice(0, length)), prefix?.isPart === true);
      return;
    }
    if (text !== line.text) {
      yield* this.#carried({ ...line, text });
      return;
    }
    yield* this.#endCarried();
    yield line;
  }

  *#joined(line: CarriedLine, isPart: boolean): Generator<CarriedLine> {
    const part = this.#part;
    this.#part = undefined;
    const joined = part ? { ...part, text: part.text + line.text } : line;
    if (isPart && joined.text.length < LONGEST_LINE) this.#part = joined;
    else yield* this.#carried(joined);
  }

  *#carried(line: CarriedLine): Generator<CarriedLine> {
    this.#next ??= new Layer(this.#depth + 1);
    yield* this.#next.push(line);
  }

  /** What was carried ends where something else stands between. */
  *#endCarried(): Generator<CarriedLine> {
    const part = this.#part;
    this.#part = undefined;
    if (part) yield* this.#carried(part);
    if (this.#next) yield* this.#next.end();
  }
}

function within({ at, head }: CarriedLine, text: string, by: string): CarriedLine {
  return { text, at: timeOf(by) ?? at, head: head === '' ? by.slice(0, LONGEST_HEAD) : `${head} ${by}`.slice(0, LONGEST_HEAD) };
}

/** A key of something that envelopes or objects have: most lines of JSON are a program's own log, and are not worth the parser's time. */
const KEY_OF_ENVELOPE =
  /"(?:log|message|MESSAGE|textPayload|jsonPayload|@message|line|alerts|labels|data|events|results|attachments|blocks|kind|_source)"\s?:/;

/** Only what ends as it begins, too. */
function opensJson(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first !== 0x7b && first !== 0x5b) return false;
  const end = text.slice(-10);
  return (first === 0x7b ? /\}\s{0,8}$/ : /\}\s{0,2}\]\s{0,4}$/).test(end) && KEY_OF_ENVELOPE.test(text);
}
