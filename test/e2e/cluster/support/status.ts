import type { SourceName, SourceState } from '../../../../src/domain/sources.ts';
import type { Exporter } from '../harness/exporter.ts';

/** GET /api/v1/status, as far as these suites read it. */
export interface Status {
  readonly sources: readonly {
    readonly source: SourceName;
    readonly state: SourceState;
    readonly rule?: string;
    readonly message?: string;
  }[];
  readonly targets: readonly {
    readonly apiservice: string;
    readonly cause: string | null;
    readonly pattern: string | null;
    readonly deletedAt?: number;
  }[];
}

export async function statusOf(exporter: Exporter): Promise<Status> {
  return (await (await fetch(`${exporter.url}/api/v1/status`)).json()) as Status;
}

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Series of an exposition in text format; a series name with a prefix only, when given. */
export function parseExposition(text: string, prefix = ''): Series[] {
  const series: Series[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || !line.startsWith(prefix)) continue;
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!match) continue;
    const labels = Object.fromEntries(
      [...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name!, value!]),
    );
    series.push({ name: match[1]!, labels, value: Number(match[3]) });
  }
  return series;
}

/** Sum over the series of one family that carry these labels; 0 when there is none. */
export async function sumOf(exporter: Exporter, name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  return parseExposition(await exporter.metrics(), name)
    .filter((series) => series.name === name && Object.entries(labels).every(([label, value]) => series.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
