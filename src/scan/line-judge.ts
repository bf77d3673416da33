/** Longer lines are judged by their first part: a line is as long as an attacker wants it to be. */
export const MAX_LINE_BYTES = 65_536;

/**
 * Called once for each line that matches, with the first pattern that does, in the order of the lines. The bytes are valid
 * only during the call; the line is bytes[start, end) without its newline.
 */
export type OnMatch = (pattern: number, bytes: Uint8Array, start: number, end: number) => void;

export interface LineJudge {
  /** Whole lines in bytes[start, end); the newline of the last one may be missing. Returns their number. */
  scanLines(bytes: Uint8Array, start: number, end: number, onMatch: OnMatch): number;
}
