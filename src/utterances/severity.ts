import type { Utterance } from '../domain/utterance.ts';
import { emptyHeader, readLineHeader } from '../signatures/line-header.ts';

const HEAD = 512;

/** Severity that the header of a log line carries; undefined where there is none. */
export function severityOf(text: string): Utterance['severity'] {
  const header = emptyHeader();
  const bytes = Buffer.from(text.slice(0, HEAD));
  readLineHeader(bytes, 0, bytes.length, header);
  return header.severity === 'unknown' ? undefined : header.severity;
}
