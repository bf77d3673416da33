import pino, { type Logger } from 'pino';
import type { Config } from '../config.ts';

/** Our own log, on standard error: logfmt for people, JSON for collectors. No transports: worker files do not bundle. */
export function createLogger({ level, format }: Config['log']): Logger {
  const options = {
    level,
    base: null,
    messageKey: 'msg',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, format === 'json' ? pino.destination(2) : { write: (line: string) => process.stderr.write(logfmt(line)) });
}

function logfmt(line: string): string {
  const fields = JSON.parse(line) as Record<string, unknown>;
  const { time, level, msg, ...rest } = fields;
  return `${Object.entries({ time, level, msg, ...rest })
    .map(([key, value]) => `${key}=${logfmtValue(value)}`)
    .join(' ')}\n`;
}

function logfmtValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
