import type { RequestHandler } from 'express';

/** Path under which people see the pages, without a slash at its end; empty where nothing stands before them. */
export function prefixOf(externalUrl: string | undefined): string {
  return externalUrl === undefined ? '' : new URL(externalUrl).pathname.replace(/\/+$/, '');
}

/** The host names by which people ask: those of the external URL. */
export function hostsOf(externalUrl: string | undefined): string[] {
  return externalUrl === undefined ? [] : [new URL(externalUrl).hostname];
}

/** A reverse proxy may take the prefix away or leave it: both are answered alike. */
export function withoutPrefix(prefix: string): RequestHandler {
  return (request, _response, next) => {
    const [path = ''] = request.url.split('?');
    if (prefix !== '' && (path === prefix || path.startsWith(`${prefix}/`))) {
      const rest = request.url.slice(prefix.length);
      request.url = rest.startsWith('/') ? rest : `/${rest}`;
    }
    next();
  };
}
