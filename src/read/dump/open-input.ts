import { createReadStream } from 'node:fs';
import { constants, createGunzip, type Gunzip } from 'node:zlib';

export interface OpenedInput {
  /** The first bytes, at most `HEAD` of them, unpacked. */
  readonly head: Buffer;
  /** Everything, the head included, unpacked when it was gzip. */
  readonly chunks: AsyncIterable<Buffer>;
}

const HEAD = 65_536;
/** Each read is a turn of the event loop. */
const READ_BYTES = 4 * HEAD;

/** Opens a file, or a stream such as standard input, and looks at its beginning. */
export async function openInput(source: string | AsyncIterable<Buffer | string>): Promise<OpenedInput> {
  const raw = toBuffers(typeof source === 'string' ? createReadStream(source, { highWaterMark: READ_BYTES }) : source);
  const packed = await peek(raw);
  if (packed.head[0] !== 0x1f || packed.head[1] !== 0x8b) return packed;
  return peek(gunzipped(packed.chunks));
}

/** Whether a text begins like a recorded snapshot. */
export function looksRecorded(head: string): boolean {
  return /^\s*\{/.test(head) && head.includes('"aggregated-api-exporter/snapshot/');
}

/** A tar archive begins with a header, whose sign stands here (POSIX.1-2017 ustar; GNU tar writes it too). */
export function looksLikeTar(head: Buffer): boolean {
  return head.subarray(257, 262).toString('latin1') === 'ustar';
}

/** A zip archive begins with the header of its first file (APPNOTE 6.3.10, 4.3.7); an empty one has none, and none that is in parts begins so. */
export function looksLikeZip(head: Buffer): boolean {
  return head.length > 4 && head.readUInt32LE(0) === 0x04_03_4b_50;
}

/**
 * What `kubectl cluster-info dump` prints first: the nodes, as a typed list, in JSON (kubectl 1.36 clusterinfo_dump.go Run). Above it may stand
 * the command, where somebody copied it out of a terminal, and warnings of the server.
 */
export function looksLikeClusterInfo(head: string): boolean {
  return /^\s{0,64}(?:(?:Warning: |[^\n{]{0,200}\bcluster-info dump\b)[^\n]{0,500}\n\s{0,64}){0,4}\{\s{0,64}"kind":\s?"NodeList"/.test(
    head.slice(0, 2048),
  );
}

async function* toBuffers(source: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  for await (const chunk of source) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

async function peek(chunks: AsyncGenerator<Buffer>): Promise<OpenedInput> {
  const read: Buffer[] = [];
  let bytes = 0;
  while (bytes < HEAD) {
    const next = await chunks.next();
    if (next.done) break;
    read.push(next.value);
    bytes += next.value.length;
  }
  return { head: Buffer.concat(read).subarray(0, HEAD), chunks: again(read, chunks) };
}

async function* again(read: readonly Buffer[], rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield* read;
  yield* rest;
}

/** A recording whose end is missing gives what there is. */
async function* gunzipped(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  const feeding = (async () => {
    try {
      for await (const chunk of chunks) {
        if (gunzip.destroyed) return;
        if (!gunzip.write(chunk)) await drained(gunzip);
      }
      gunzip.end();
    } catch (error) {
      gunzip.destroy(error as Error);
    }
  })();
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } finally {
    gunzip.destroy();
  }
  await feeding;
}

function drained(gunzip: Gunzip): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      gunzip.off('drain', done).off('close', done);
      resolve();
    };
    gunzip.on('drain', done).on('close', done);
  });
}
