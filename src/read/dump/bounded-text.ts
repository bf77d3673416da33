import { wideEncodingOf } from '../text/decode.ts';
import { InputError } from './input-error.ts';

/** Of a longer text the beginning and the end are read: what comes first says what it is, what comes last is newest. */
const HEAD_BYTES = 16 * 2 ** 20;
const TAIL_BYTES = 48 * 2 ** 20;
/** Share of control bytes in the head from which it is no text. */
const MOST_CONTROL = 0.1;

export interface BoundedText {
  readonly text: string;
  /** Bytes in the middle that were left out. */
  readonly omitted: number;
}

/** Reads a stream of any length in bounded memory. @throws InputError when it is not text. */
export async function readBoundedText(
  chunks: AsyncIterable<Buffer>,
  limits = { head: HEAD_BYTES, tail: TAIL_BYTES },
): Promise<BoundedText> {
  const head: Buffer[] = [];
  let headBytes = 0;
  let tail: Buffer[] = [];
  let tailBytes = 0;
  let omitted = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    if (headBytes < limits.head) {
      const taken = rest.subarray(0, limits.head - headBytes);
      head.push(taken);
      headBytes += taken.length;
      rest = rest.subarray(taken.length);
      // Refuse early: nobody waits for the end of 500 MB of noise.
      if (headBytes >= limits.head) refuseBinary(Buffer.concat(head));
    }
    if (rest.length === 0) continue;
    tail.push(rest);
    tailBytes += rest.length;
    for (let [oldest] = tail; oldest && tailBytes - oldest.length >= limits.tail; [oldest] = tail) {
      tail.shift();
      tailBytes -= oldest.length;
      omitted += oldest.length;
    }
    if (tail.length > 4096) tail = [Buffer.concat(tail)];
  }
  const first = Buffer.concat(head);
  refuseBinary(first);
  let last = Buffer.concat(tail);
  if (last.length > limits.tail) {
    omitted += last.length - limits.tail;
    last = last.subarray(last.length - limits.tail);
  }
  if (omitted === 0) return { text: decode(last.length === 0 ? first : Buffer.concat([first, last])), omitted };
  // The first line after the gap is cut.
  const line = last.indexOf(10) + 1;
  return { text: `${decode(first)}\n${decode(last.subarray(line))}`, omitted: omitted + line };
}

function decode(bytes: Buffer): string {
  return new TextDecoder(wideEncodingOf(bytes) ?? 'utf-8').decode(bytes);
}

interface Magic {
  /** A noun with its article. */
  readonly what: string;
  readonly signature: readonly number[];
  readonly todo: string;
}

const PASTE = 'paste conditions, events, log lines or client errors';
/** What people have, and what makes it readable: Node.js 20 unpacks gzip only. */
const MAGIC: readonly Magic[] = [
  { what: 'a 7z archive', signature: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], todo: 'unpack it (`7z x FILE -oFOLDER`), and give the folder' },
  { what: 'a zstd stream', signature: [0x28, 0xb5, 0x2f, 0xfd], todo: throughPipe('zstd') },
  { what: 'an xz stream', signature: [0xfd, 0x37, 0x7a, 0x58], todo: throughPipe('xz') },
  { what: 'a bzip2 stream', signature: [0x42, 0x5a, 0x68], todo: throughPipe('bzip2') },
  { what: 'an ELF program', signature: [0x7f, 0x45, 0x4c, 0x46], todo: PASTE },
  { what: 'a PNG image', signature: [0x89, 0x50, 0x4e, 0x47], todo: PASTE },
  { what: 'a PDF document', signature: [0x25, 0x50, 0x44, 0x46], todo: PASTE },
];

function throughPipe(tool: string): string {
  return `unpack it on the way: \`${tool} -dc FILE | aggregated-api-exporter diagnose --from -\``;
}

function refuseBinary(bytes: Buffer): void {
  const magic = MAGIC.find(({ signature }) => bytes.length > signature.length && signature.every((byte, index) => bytes[index] === byte));
  if (magic) throw new InputError(`the input is ${magic.what}, not text: ${magic.todo}`);
  if (wideEncodingOf(bytes) === undefined && controlShare(bytes.subarray(0, 65_536)) > MOST_CONTROL)
    throw new InputError(`the input is binary, not text: ${PASTE}`);
}

/** Share of the bytes that no text has: control characters but blanks, line ends and the escape of colours. */
function controlShare(bytes: Buffer): number {
  let control = 0;
  for (const byte of bytes) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) control++;
  return bytes.length === 0 ? 0 : control / bytes.length;
}
