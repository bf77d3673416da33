/** As TextDecoder and Buffer.toString read UTF-8: each maximal ill-formed part is one U+FFFD. */
const REPLACEMENT = 0xfffd;

/** Code point at `at`, whose byte is ≥ 0x80. */
export function decodeUtf8(bytes: Uint8Array, at: number, end: number): number {
  const length = decodedLength(bytes, at, end);
  const lead = bytes[at] as number;
  if (length !== expectedLength(lead)) return REPLACEMENT;
  if (length === 2) return ((lead & 0x1f) << 6) | ((bytes[at + 1] as number) & 0x3f);
  if (length === 3) return ((lead & 0x0f) << 12) | (((bytes[at + 1] as number) & 0x3f) << 6) | ((bytes[at + 2] as number) & 0x3f);
  return (
    ((lead & 0x07) << 18) |
    (((bytes[at + 1] as number) & 0x3f) << 12) |
    (((bytes[at + 2] as number) & 0x3f) << 6) |
    ((bytes[at + 3] as number) & 0x3f)
  );
}

/** Bytes that the code point, or the ill-formed part, at `at` takes. */
export function decodedLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] as number;
  const expected = expectedLength(lead);
  if (expected === 0) return 1;
  let length = 1;
  while (length < expected && at + length < end) {
    const byte = bytes[at + length] as number;
    const [low, high] = length === 1 ? secondByteRange(lead) : CONTINUATION;
    if (byte < low || byte > high) break;
    length++;
  }
  return length;
}

const CONTINUATION: readonly [number, number] = [0x80, 0xbf];

/** Ranges that exclude overlong forms, surrogates and code points above U+10FFFF (Unicode, table 3-7). */
function secondByteRange(lead: number): readonly [number, number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  if (lead === 0xf4) return [0x80, 0x8f];
  return CONTINUATION;
}

/** 0 for a byte that starts nothing. */
function expectedLength(lead: number): 0 | 2 | 3 | 4 {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}
