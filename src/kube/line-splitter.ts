import { createByteWindow } from './byte-window.ts';

const NEWLINE = 0x0a;

/**
 * Cuts a watch's stream at its newlines, across chunks. What follows the last newline is never handed out: a frame that the
 * connection's end cut in half has not arrived. Returns whether a line has begun and not ended. `onLine` gets a range of bytes that is only valid during the call.
 */
export function createLineSplitter(
  onLine: (bytes: Buffer, start: number, end: number) => void,
  maxLineBytes = 16 * 2 ** 20,
): (chunk: Buffer) => boolean {
  const window = createByteWindow(maxLineBytes);
  let searched = 0;
  return (chunk) => {
    searched -= window.append(chunk);
    for (;;) {
      const { bytes, start, end } = window;
      const newline = bytes.indexOf(NEWLINE, Math.max(searched, start));
      // The buffer keeps older bytes behind `end`.
      if (newline < 0 || newline >= end) {
        searched = end;
        return end > start;
      }
      window.start = newline + 1;
      searched = newline + 1;
      if (newline > start) onLine(bytes, start, newline);
    }
  };
}
