import pino, { type Logger } from 'pino';
import type { Config } from '../config.ts';
import { redacted } from '../redact/redact.ts';

/** Its level may be set while it is in use. */
export type OwnLogger = Pick<Logger, 'level' | 'debug' | 'info' | 'warn' | 'error'>;

/**
 * Our own log, on standard error: logfmt for people, JSON for collectors. No transports: worker files do not bundle. Both formats write to the
 * stream whose errors main.ts listens to: who reads the log may go away.
 */
export function createLogger({ level, format }: Config['log']): OwnLogger {
  const options = {
    level,
    base: null,
    messageKey: 'msg',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const print = format === 'json' ? (line: string) => line : logfmt;
  // Whatever a server answered may be in an error.
  return pino(options, { write: (line: string) => void process.stderr.write(print(redacted(line))) });
}

function logfmt(line: string): string {
  const fields = JSON.parse(line) as Record<string, unknown>;
  const { time, level, msg, ...rest } = fields;
  return `${Object.entries({ time, level, msg, ...rest })
    .map(([key, value]) => `${key}=${logfmtValue(value)}`)
    .join(' ')}\n`;
}

function logfmtValue(value: unknown): string {
  const text = typeof value === 'string' ? value : isNames(value) ? value.join(',') : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && !one.includes(','));
}
