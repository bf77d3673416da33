import { klogSeverity } from '../../signatures/line-header.ts';

/** klog's header is 30 bytes long before the file, more where process ids are long. */
const FILE_AT = 28;
const FILE_UNTIL = 40;
const FILE = Buffer.from('trace.go:');
const TRACE = Buffer.from('Trace[');
const END = Buffer.from('END');
const LONGEST_NUMBER = 12;
/** A record is one write of one process: what comes later is none of it, although its end was lost. */
const LONGEST_MS = 10_000;

export interface SavedTrace {
  readonly name: string;
  /** Unix milliseconds. */
  readonly openedAt: number;
}

/**
 * Takes the records of k8s.io/utils/trace (2026-02: trace.go, Trace.logTrace) out of one log. A record tells of one slow
 * request in the client's own words, neither quoted nor escaped, a decoded path with its line breaks included: whatever stands
 * between its first line and `Trace[number]: [took] [took] END` may be anybody's. Nobody can know the number before.
 */
export class TraceRecord {
  private readonly name = Buffer.alloc(TRACE.length + LONGEST_NUMBER + 1);
  private nameBytes = 0;
  private openedAt = 0;

  /** The record that is open, for another process. */
  save(): SavedTrace | undefined {
    return this.nameBytes === 0 ? undefined : { name: this.name.toString('latin1', 0, this.nameBytes), openedAt: this.openedAt };
  }

  restore({ name, openedAt }: SavedTrace): void {
    this.nameBytes = this.name.write(name, 'latin1');
    this.openedAt = openedAt;
  }

  /**
   * Where the server's own words end in bytes[start, end): `end` for a line of no record.
   * @param at Unix milliseconds of the line.
   */
  ownEnd(bytes: Uint8Array, start: number, end: number, at: number): number {
    if (this.nameBytes > 0) {
      if (at - this.openedAt > LONGEST_MS || at < this.openedAt) this.nameBytes = 0;
      else {
        if (this.isLast(bytes, start, end)) this.nameBytes = 0;
        return start;
      }
    }
    const text = traceText(bytes, start, end);
    if (text < 0) return end;
    const nameEnd = bytes.subarray(text, Math.min(end, text + this.name.length)).indexOf(93);
    if (nameEnd < 0) return text;
    this.nameBytes = nameEnd + 1;
    this.name.set(bytes.subarray(text, text + this.nameBytes));
    this.openedAt = at;
    return text + this.nameBytes;
  }

  private isLast(bytes: Uint8Array, start: number, end: number): boolean {
    return matchesAt(bytes, start, end, this.name.subarray(0, this.nameBytes)) && matchesAt(bytes, end - END.length, end, END);
  }
}

/** Where `Trace[` stands in a line that trace.go prints; -1 for other lines. */
function traceText(bytes: Uint8Array, start: number, end: number): number {
  if (klogSeverity(bytes, start) !== 'info') return -1;
  for (let at = start + FILE_AT; at < start + FILE_UNTIL && at < end; at++)
    if (bytes[at] === FILE[0] && matchesAt(bytes, at, end, FILE)) {
      const bracket = bytes.subarray(at, Math.min(end, at + FILE.length + LONGEST_NUMBER)).indexOf(93);
      const text = at + bracket + 2;
      return bracket >= 0 && matchesAt(bytes, text, end, TRACE) ? text : -1;
    }
  return -1;
}

function matchesAt(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  if (at < 0 || end - at < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}
