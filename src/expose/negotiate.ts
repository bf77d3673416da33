import type { Format } from './render.ts';

/** Best format of an Accept header that we can print; the text format where nothing else is wanted more. */
export function negotiateFormat(accept: string | undefined): Format {
  let text = 0;
  let openmetrics = 0;
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = Number(parameter(parameters, 'q') ?? 1);
    if (!(quality > 0)) continue;
    const isOf = (version: string) => [undefined, version].includes(parameter(parameters, 'version'));
    if (type === 'application/openmetrics-text' && isOf('1.0.0')) openmetrics = Math.max(openmetrics, quality);
    if (type === 'text/plain' && isOf('0.0.4')) text = Math.max(text, quality);
  }
  return openmetrics > text ? 'openmetrics' : 'text';
}

function parameter(parameters: readonly string[], name: string): string | undefined {
  return parameters.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Whether the client takes gzip: named, or by `*`, and not with q=0. */
export function acceptsGzip(header: string | undefined): boolean {
  const qualities = new Map<string, number>();
  for (const part of (header ?? '').split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    qualities.set(coding, Number(parameter(parameters, 'q') ?? 1));
  }
  return (qualities.get('gzip') ?? qualities.get('*') ?? 0) > 0;
}
