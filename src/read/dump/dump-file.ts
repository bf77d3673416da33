import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

/** A file of a dump, wherever it lies. */
export interface DumpFile {
  /** Folders and name below the root of the dump. */
  readonly segments: readonly string[];
  /** Bytes; 0 when it cannot be looked at. */
  readonly size: () => Promise<number>;
  readonly text: () => Promise<string>;
  /** All of it, in pieces. */
  readonly chunks: () => AsyncIterable<Buffer>;
  /** Its last bytes, at most so many; `truncated` when there are more before. */
  readonly end: (most: number) => Promise<{ readonly bytes: Buffer; readonly truncated: boolean }>;
}

export function fileOnDisk(path: string, segments: readonly string[]): DumpFile {
  return {
    segments,
    size: () =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    text: () => readFile(path, 'utf8'),
    chunks: () => createReadStream(path),
    end: (most) => endOf(path, most),
  };
}

/** @param cut something before these bytes was left out. */
export function fileInMemory(segments: readonly string[], bytes: Buffer, cut: boolean): DumpFile {
  return {
    segments,
    size: () => Promise.resolve(bytes.length),
    text: () => Promise.resolve(bytes.toString('utf8')),
    chunks: () => Readable.from([bytes]),
    end: (most) => Promise.resolve({ bytes: bytes.subarray(Math.max(0, bytes.length - most)), truncated: cut || bytes.length > most }),
  };
}

async function endOf(path: string, most: number): Promise<{ bytes: Buffer; truncated: boolean }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, most);
    const bytes = Buffer.alloc(length);
    let read = 0;
    while (read < length) {
      const { bytesRead } = await file.read(bytes, read, length - read, size - length + read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return { bytes: bytes.subarray(0, read), truncated: length < size };
  } finally {
    await file.close();
  }
}
