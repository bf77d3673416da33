import type { LineSink } from './line-batch.ts';
import type { LogBook } from './log-book.ts';

/** What a backend's container says is counted for each API behind which it stands. */
export function backendSink(books: () => readonly LogBook[]): LineSink {
  return {
    lines(severity, count) {
      for (const book of books()) book.lines[severity] += count;
    },
    matched(signature, bytes, start, end, at) {
      for (const book of books()) book.match(signature, bytes, start, end, at);
    },
    unknownError(bytes, start, end, header, at) {
      for (const book of books()) book.templates.add(bytes, start, end, header, at);
    },
  };
}

interface NamedApi {
  readonly name: string;
  readonly group: string;
  readonly version: string;
}

/**
 * What a kube-apiserver says is counted for the API that the line names, else for the control plane. What an aggregated server
 * would mean by a line is nothing when the kube-apiserver prints it of its own clients.
 */
export function apiserverSink(own: LogBook, apis: () => readonly NamedApi[], bookAbout: (api: string) => LogBook): LineSink {
  return {
    lines(severity, count) {
      own.lines[severity] += count;
    },
    matched(signature, bytes, start, end, at) {
      if (signature.speaker === 'aggregated-server') return;
      const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
      const named = apis().filter(({ name, group, version }) => line.includes(name) || line.includes(`/apis/${group}/${version}`));
      for (const { name } of named) bookAbout(name).match(signature, bytes, start, end, at);
      if (named.length === 0) own.match(signature, bytes, start, end, at);
    },
    unknownError(bytes, start, end, header, at) {
      own.templates.add(bytes, start, end, header, at);
    },
  };
}
