import { type ByteWindow, createByteWindow } from './byte-window.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;
const MAX_ENVELOPE = 256 * 1024;

export interface ListEnvelope {
  readonly kind: string;
  readonly resourceVersion: string;
  /** Token of the next page. */
  readonly continue?: string;
}

export interface ListSplitter {
  /** Throws when the bytes are no list. */
  push(chunk: Buffer): void;
  /** What stands around the items. Throws when the list is cut or is no list. */
  end(): ListEnvelope;
}

type OnItem = (bytes: Buffer, start: number, end: number) => void;

/**
 * Cuts the answer to a LIST into its items while it arrives, by counting brackets outside strings across chunks: neither the
 * body nor more than one item is ever held. `onItem` gets a range of bytes that is only valid during the call.
 */
export function createListSplitter(onItem: OnItem, maxItemBytes = 16 * 2 ** 20): ListSplitter {
  return new BracketSplitter(onItem, maxItemBytes);
}

class BracketSplitter implements ListSplitter {
  readonly #onItem: OnItem;
  readonly #window: ByteWindow;
  readonly #around: Buffer[] = [];
  #aroundBytes = 0;
  /** Index of the first byte that has not been looked at. */
  #position = 0;
  #depth = 0;
  #inString = false;
  #inItems = false;
  /** A bracket was seen: the list has begun. */
  #begun = false;
  /** Index of the first byte of the running item; -1 between items. */
  #itemStart = -1;
  /** Index of the first byte around the items that is not kept yet. */
  #from = 0;

  constructor(onItem: OnItem, maxItemBytes: number) {
    this.#onItem = onItem;
    this.#window = createByteWindow(maxItemBytes);
  }

  push(chunk: Buffer): void {
    const moved = this.#window.append(chunk);
    this.#position -= moved;
    if (this.#itemStart >= 0) this.#itemStart -= moved;
    this.#from = this.#window.start;
    const end = this.#scan(this.#window);
    if (!this.#inItems) this.#keepAround(end);
    this.#position = end;
    this.#window.start = this.#itemStart >= 0 ? this.#itemStart : end;
  }

  end(): ListEnvelope {
    if (!this.#begun) throw new Error('it is empty');
    if (this.#depth !== 0 || this.#inString) throw new Error('it broke off in the middle');
    return envelopeOf(Buffer.concat(this.#around).toString('utf8'));
  }

  /** Returns where it must go on with the next chunk. */
  #scan({ bytes, end }: ByteWindow): number {
    let i = this.#position;
    while (i < end) {
      if (this.#inString) {
        i = this.#afterString(bytes, i, end);
        if (this.#inString) return i;
        continue;
      }
      const c = bytes[i];
      if (c === QUOTE) this.#inString = true;
      else if (c === OPEN_BRACE || c === OPEN_BRACKET) this.#open(c, i);
      else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) this.#close(bytes, i);
      else if (!this.#begun) refuseBeginning(bytes, i, end);
      i++;
    }
    return i;
  }

  /** Behind the string's last quote; where its next piece begins while it has not ended. */
  #afterString(bytes: Buffer, start: number, end: number): number {
    let i = start;
    while (i < end) {
      const c = bytes[i];
      if (c === QUOTE) {
        this.#inString = false;
        return i + 1;
      }
      // The escaped byte may be in the next chunk.
      if (c === BACKSLASH && i + 1 >= end) return i;
      i += c === BACKSLASH ? 2 : 1;
    }
    return i;
  }

  #open(bracket: number, at: number): void {
    this.#begun = true;
    this.#depth++;
    if (this.#inItems) {
      if (this.#depth === 3 && bracket === OPEN_BRACE) this.#itemStart = at;
    } else if (this.#depth === 2 && bracket === OPEN_BRACKET) {
      this.#keepAround(at + 1);
      this.#from = at + 1;
      this.#inItems = this.#namesItems();
    }
  }

  #close(bytes: Buffer, at: number): void {
    this.#depth--;
    if (this.#depth < 0) throw new Error('brackets don’t match');
    if (!this.#inItems) return;
    if (this.#depth === 2 && this.#itemStart >= 0) {
      this.#onItem(bytes, this.#itemStart, at + 1);
      this.#itemStart = -1;
    } else if (this.#depth === 1) {
      this.#inItems = false;
      this.#from = at;
    }
  }

  #keepAround(to: number): void {
    if (to <= this.#from) return;
    this.#aroundBytes += to - this.#from;
    if (this.#aroundBytes > MAX_ENVELOPE) throw new Error(`more than ${MAX_ENVELOPE} bytes stand around the items`);
    this.#around.push(Buffer.from(this.#window.bytes.subarray(this.#from, to)));
  }

  #namesItems(): boolean {
    return /"items"\s*:\s*\[$/.test(Buffer.concat(this.#around.slice(-64)).toString('latin1'));
  }
}

/** Before the first bracket there is white space at most. */
function refuseBeginning(bytes: Buffer, at: number, end: number): void {
  if ((bytes[at] ?? 0) > SPACE) throw new Error(`it begins with ${JSON.stringify(bytes.toString('utf8', at, Math.min(end, at + 60)))}`);
}

function envelopeOf(text: string): ListEnvelope {
  const { kind, metadata } = JSON.parse(text) as { kind?: unknown; metadata?: { resourceVersion?: unknown; continue?: unknown } };
  if (typeof kind !== 'string' || !kind.endsWith('List')) throw new Error(`its kind is ${JSON.stringify(kind)}, not a list`);
  const resourceVersion = metadata?.resourceVersion;
  if (typeof resourceVersion !== 'string' || resourceVersion === '') throw new Error('it has no metadata.resourceVersion');
  const next = metadata?.continue;
  return { kind, resourceVersion, ...(typeof next === 'string' && next !== '' ? { continue: next } : {}) };
}
