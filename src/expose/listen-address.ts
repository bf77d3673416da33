export interface ListenAddress {
  /** Undefined = every address of the machine. */
  readonly host?: string;
  readonly port: number;
}

/** `:9944`, `127.0.0.1:9944`, `[::1]:9944`, `localhost:9944`. Throws an error that names what is wrong and what is allowed. */
export function parseListenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535)
    throw new Error(`listen address ${JSON.stringify(text)}: :port, host:port or [address]:port is allowed, with a port from 0 to 65535`);
  const host = bracketed ?? plain;
  return host ? { host, port } : { port };
}

export function canParseListenAddress(text: string): boolean {
  try {
    parseListenAddress(text);
    return true;
  } catch {
    return false;
  }
}
