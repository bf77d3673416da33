import type { SourceName, SourceState } from '../../../../src/domain/sources.ts';
import type { Exporter } from '../harness/exporter.ts';
import { seriesOf } from '../harness/exposition.ts';

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
    readonly reach?: { readonly says: string | null; readonly counts: Readonly<Record<string, number>> };
    readonly deletedAt?: number;
  }[];
}

export async function statusOf(exporter: Exporter): Promise<Status> {
  return (await (await fetch(`${exporter.url}/api/v1/status`)).json()) as Status;
}

/** Sum over the series of one family that carry these labels; 0 when there is none. */
export async function sumOf(exporter: Exporter, name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  return seriesOf(await exporter.metrics(), name, labels).reduce((sum, { value }) => sum + value, 0);
}
