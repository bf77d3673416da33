/** Lines as klog writes them: `I0105 09:00:00.000000       1 file.go:12] message`. */
export type Severity = 'I' | 'W' | 'E' | 'F';

export function klog(severity: Severity, source: string, message: string, at: Date = new Date()): string {
  const text = at.toISOString();
  const date = text.slice(5, 10).replace('-', '');
  const micros = String(Number(process.hrtime.bigint() % 1000n)).padStart(3, '0');
  return `${severity}${date} ${text.slice(11, 23)}${micros}       1 ${source}] ${message}`;
}

/** Structured klog: quoted message and values. */
export function klogStructured(severity: Severity, source: string, message: string, fields: Record<string, string | number>): string {
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return klog(severity, source, [JSON.stringify(message), ...pairs].join(' '));
}

/** What utilruntime.HandleError prints since 1.31. */
export function klogUnhandled(source: string, text: string): string {
  return klogStructured('E', source, 'Unhandled Error', { err: text, logger: 'UnhandledError' });
}
