/** The part of a logger that the server uses; pino satisfies it. */
export interface WebLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
