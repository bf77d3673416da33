import type { Format } from './render.ts';

export interface Negotiated {
  readonly format: Format;
  /** Prometheus 3 fails a scrape without one. */
  readonly contentType: string;
}

/** Ways of escaping that leave our names alone, as they are letters and underscores. The fourth there is, `dots`, would double each underscore. */
const HARMLESS_ESCAPINGS: ReadonlySet<string> = new Set(['allow-utf-8', 'underscores', 'values']);

/**
 * Best format of an Accept header that we can print; the text format where nothing else is wanted more.
 * https://prometheus.io/docs/instrumenting/content_negotiation
 */
export function negotiate(accept: string | undefined): Negotiated {
  let text = 0;
  let openmetrics = 0;
  let escaping: string | undefined;
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = Number(parameter(parameters, 'q') ?? 1);
    if (!(quality > 0)) continue;
    const isOf = (version: string) => [undefined, version].includes(parameter(parameters, 'version'));
    if (type === 'application/openmetrics-text' && isOf('1.0.0') && quality > openmetrics) {
      openmetrics = quality;
      escaping = parameter(parameters, 'escaping');
    }
    if (type === 'text/plain' && isOf('0.0.4')) text = Math.max(text, quality);
  }
  if (openmetrics <= text) return { format: 'text', contentType: 'text/plain; version=0.0.4; charset=utf-8' };
  return { format: 'openmetrics', contentType: `application/openmetrics-text; version=1.0.0; charset=utf-8${escapingAnswer(escaping)}` };
}

/** Who asks how names are escaped is told: names arrive as the rules have them, whatever was asked for. */
function escapingAnswer(asked: string | undefined): string {
  if (asked === undefined) return '';
  return `; escaping=${HARMLESS_ESCAPINGS.has(asked) ? asked : 'underscores'}`;
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
