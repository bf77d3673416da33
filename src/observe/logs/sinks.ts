import type { NamedSignature } from '../../signatures/classify.ts';
import { klogSeverity } from '../../signatures/line-header.ts';
import type { LineSink, LogLine } from './line-batch.ts';
import type { LogBook } from './log-book.ts';
import { type LineSubject, subjectOf } from './named-apis.ts';

/** What a backend's container says is counted for each API behind which it stands. */
export function backendSink(books: () => readonly LogBook[]): LineSink {
  return {
    lines(severity, count) {
      for (const book of books()) book.lines[severity] += count;
    },
    matched(signature, line) {
      for (const book of books()) book.match(signature, line);
    },
    unknownError({ bytes, start, end, at }, header) {
      for (const book of books()) book.templates.add(bytes, start, end, header, at);
    },
  };
}

interface NamedApi {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly backend: { readonly namespace: string; readonly service: string };
}

/** Longer lines are looked at by their first part: the program names its subject in the beginning. */
const SUBJECT_BYTES = 4096;

/**
 * What a kube-apiserver says is counted for the API that it means, else for the control plane. Three things are no evidence:
 * what only an aggregated server or a kubelet would mean by a line, for here it tells of somebody's request; a line about
 * another API or Service; and a line about one backend that does not say which. What has neither klog's header nor is JSON
 * goes on with a record before it, and its text may be anybody's.
 */
export function apiserverSink(own: LogBook, apis: () => readonly NamedApi[], bookAbout: (api: string) => LogBook): LineSink {
  return {
    lines(severity, count) {
      own.lines[severity] += count;
    },
    matched(signature, line) {
      if (!isItsOwn(signature) || !hasHeader(line)) return;
      const subject = subjectOf(beginningOf(line));
      if (subject) {
        for (const api of apis()) if (isMeant(api, subject)) bookAbout(api.name).match(signature, line);
      } else if (!signature.oneBackend) own.match(signature, line);
    },
    unknownError({ bytes, start, end, at }, header) {
      own.templates.add(bytes, start, end, header, at);
    },
  };
}

function beginningOf({ bytes, start, end }: LogLine): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(end - start, SUBJECT_BYTES)).toString('latin1');
}

/** A user knows what the own signatures mean, and says so by their speaker. */
const isItsOwn = ({ speaker, own }: NamedSignature): boolean =>
  speaker === 'kube-apiserver' || (own === true && speaker !== 'aggregated-server');

const OPENING_BRACE = 123;
const hasHeader = ({ bytes, start }: LogLine): boolean => klogSeverity(bytes, start) !== undefined || bytes[start] === OPENING_BRACE;

function isMeant({ name, group, version, backend }: NamedApi, { kind, value }: LineSubject): boolean {
  if (kind === 'name') return value === name;
  if (kind === 'path') return value === `/apis/${group}/${version}`;
  return value === `${backend.namespace}/${backend.service}`;
}
