/** What is read of a text at most, bytes: its beginning says what it is, its end is newest. */
const HEAD_BYTES = 16 * 2 ** 20;
const TAIL_BYTES = 48 * 2 ** 20;

export interface DecodedText {
  readonly text: string;
  /** Bytes or characters in the middle that were left out. */
  readonly omitted: number;
}

/**
 * A text of any encoding: byte order marks, UTF-16 without one (PowerShell), UTF-8, else Latin-1. Never throws. Of a text
 * over 64 MiB the beginning and the end are kept, and what was left out is counted.
 */
export function decodeText(input: string | Uint8Array): DecodedText {
  if (typeof input === 'string') {
    const bare = input.charCodeAt(0) === 0xfeff ? input.slice(1) : input;
    if (bare.length <= HEAD_BYTES + TAIL_BYTES) return { text: bare, omitted: 0 };
    const text = `${bare.slice(0, HEAD_BYTES)}\n${bare.slice(-TAIL_BYTES)}`;
    return { text, omitted: bare.length - HEAD_BYTES - TAIL_BYTES };
  }
  if (input.length <= HEAD_BYTES + TAIL_BYTES) return { text: decodeBytes(input), omitted: 0 };
  const encoding = encodingOf(input);
  // Two bytes make one character of UTF-16: the tail starts on an even offset.
  const tailAt = (input.length - TAIL_BYTES) & ~1;
  const text = `${decodeBytes(input.subarray(0, HEAD_BYTES), encoding)}\n${decodeBytes(input.subarray(tailAt), encoding)}`;
  return { text, omitted: tailAt - HEAD_BYTES };
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';

function decodeBytes(bytes: Uint8Array, encoding: Encoding = encodingOf(bytes)): string {
  return new TextDecoder(encoding).decode(bytes);
}

function encodingOf(bytes: Uint8Array): Encoding {
  return wideEncodingOf(bytes) ?? (isUtf8(bytes.subarray(0, 65_536)) ? 'utf-8' : 'latin1');
}

/** UTF-16, by its byte order mark or, as PowerShell at times writes it, without: then every other byte is zero. */
export function wideEncodingOf(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return zeroSideOf(bytes.subarray(0, 4096 & ~1));
}

function zeroSideOf(sample: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  let even = 0;
  let odd = 0;
  for (let index = 0; index + 1 < sample.length; index += 2) {
    if (sample[index] === 0) even++;
    if (sample[index + 1] === 0) odd++;
  }
  const pairs = sample.length >> 1;
  if (pairs < 4) return undefined;
  if (odd > pairs * 0.7 && even < pairs * 0.1) return 'utf-16le';
  return even > pairs * 0.7 && odd < pairs * 0.1 ? 'utf-16be' : undefined;
}

/** Up to three bytes at the end may be the beginning of a character that was cut. */
function isUtf8(sample: Uint8Array): boolean {
  for (let cut = 0; cut < 4; cut++) {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(sample.subarray(0, sample.length - cut));
      return true;
    } catch {
      if (sample.length <= cut) return false;
    }
  }
  return false;
}
