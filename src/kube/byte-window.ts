/** Bytes that arrived and are not used up yet, in one buffer that grows only as far as the largest unfinished piece needs. */
export interface ByteWindow {
  readonly bytes: Buffer;
  /** First byte that is still needed; the reader moves it forward. */
  start: number;
  /** End of what arrived. */
  readonly end: number;
  /** Adds bytes. Returns by how much every index moved back, because used-up bytes were given free. */
  append(chunk: Buffer): number;
}

const FIRST_SIZE = 64 * 1024;

export function createByteWindow(maxBytes: number): ByteWindow {
  let bytes = Buffer.allocUnsafeSlow(FIRST_SIZE);
  let start = 0;
  let end = 0;
  return {
    get bytes() {
      return bytes;
    },
    get start() {
      return start;
    },
    set start(index) {
      start = index;
    },
    get end() {
      return end;
    },
    append(chunk) {
      let moved = 0;
      if (end + chunk.length > bytes.length) {
        moved = start;
        const held = end - start;
        if (held + chunk.length > maxBytes + FIRST_SIZE) throw new Error(`one object is larger than ${maxBytes} bytes`);
        if (held + chunk.length <= bytes.length) bytes.copyWithin(0, start, end);
        else {
          const larger = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(held + chunk.length)));
          bytes.copy(larger, 0, start, end);
          bytes = larger;
        }
        start = 0;
        end = held;
      }
      chunk.copy(bytes, end);
      end += chunk.length;
      return moved;
    },
  };
}
