import { createByteWindow } from './byte-window.ts';

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

/**
 * Cuts the answer to a LIST into its items while it arrives, by counting brackets outside strings across chunks: neither the
 * body nor more than one item is ever held. `onItem` gets a range of bytes that is only valid during the call.
 */
export function createListSplitter(onItem: (bytes: Buffer, start: number, end: number) => void, maxItemBytes = 16 * 2 ** 20): ListSplitter {
  const window = createByteWindow(maxItemBytes);
  const around: Buffer[] = [];
  let aroundBytes = 0;
  let position = 0;
  let depth = 0;
  let inString = false;
  let inItems = false;
  let seen = false;
  /** Index of the first byte of the running item; -1 between items. */
  let itemStart = -1;

  const keepAround = (from: number, to: number) => {
    if (to <= from) return;
    aroundBytes += to - from;
    if (aroundBytes > MAX_ENVELOPE) throw new Error(`more than ${MAX_ENVELOPE} bytes stand around the items`);
    around.push(Buffer.from(window.bytes.subarray(from, to)));
  };
  const namesItems = () => /"items"\s*:\s*\[$/.test(Buffer.concat(around.slice(-64)).toString('latin1'));

  const scan = () => {
    const { bytes, end } = window;
    let i = position;
    let from = inItems ? -1 : window.start;
    while (i < end) {
      if (inString) {
        while (i < end && bytes[i] !== QUOTE && bytes[i] !== BACKSLASH) i++;
        if (i >= end) break;
        if (bytes[i] === BACKSLASH) {
          // The escaped byte may be in the next chunk.
          if (i + 1 >= end) break;
          i += 2;
          continue;
        }
        inString = false;
        i++;
        continue;
      }
      const c = bytes[i]!;
      if (c === QUOTE) inString = true;
      else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
        seen = true;
        depth++;
        if (inItems && depth === 3 && c === OPEN_BRACE) itemStart = i;
        else if (!inItems && depth === 2 && c === OPEN_BRACKET) {
          keepAround(from, i + 1);
          from = i + 1;
          inItems = namesItems();
        }
      } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
        depth--;
        if (depth < 0) throw new Error('brackets don’t match');
        if (inItems && depth === 2 && itemStart >= 0) {
          onItem(bytes, itemStart, i + 1);
          itemStart = -1;
        } else if (inItems && depth === 1) {
          inItems = false;
          from = i;
        }
      } else if (!seen && c > SPACE) throw new Error(`it begins with ${JSON.stringify(bytes.toString('utf8', i, Math.min(end, i + 60)))}`);
      i++;
    }
    if (!inItems) keepAround(from, i);
    position = i;
    window.start = itemStart >= 0 ? itemStart : i;
  };

  return {
    push(chunk) {
      const moved = window.append(chunk);
      position -= moved;
      if (itemStart >= 0) itemStart -= moved;
      scan();
    },
    end() {
      if (!seen) throw new Error('it is empty');
      if (depth !== 0 || inString) throw new Error('it broke off in the middle');
      return envelopeOf(Buffer.concat(around).toString('utf8'));
    },
  };
}

function envelopeOf(text: string): ListEnvelope {
  const { kind, metadata } = JSON.parse(text) as { kind?: unknown; metadata?: { resourceVersion?: unknown; continue?: unknown } };
  if (typeof kind !== 'string' || !kind.endsWith('List')) throw new Error(`its kind is ${JSON.stringify(kind)}, not a list`);
  const resourceVersion = metadata?.resourceVersion;
  if (typeof resourceVersion !== 'string' || resourceVersion === '') throw new Error('it has no metadata.resourceVersion');
  const next = metadata?.continue;
  return { kind, resourceVersion, ...(typeof next === 'string' && next !== '' ? { continue: next } : {}) };
}
