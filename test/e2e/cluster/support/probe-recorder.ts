import type { Exporter } from '../harness/exporter.ts';
import { parseExposition } from '../harness/exposition.ts';

interface Sample {
  /** Unix milliseconds. */
  readonly at: number;
  readonly attempts: number;
  readonly successes: number;
}

const EVERY_MS = 400;

/** Follows the discovery probes of one API through the kube-apiserver as a scraper would: when they went on, when they succeeded. */
export class ProbeRecorder {
  private readonly samples: Sample[] = [];
  private readonly exporter: Exporter;
  private readonly api: string;
  private loop: NodeJS.Timeout | undefined;

  constructor(exporter: Exporter, api: string) {
    this.exporter = exporter;
    this.api = api;
  }

  start(): void {
    this.loop = setInterval(() => void this.sample().catch(() => undefined), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.loop);
  }

  /** Longest time without another probe since `from`, in seconds; the exporter not answering counts too. */
  longestPause(from: number): number {
    return (
      longestBetween(
        this.changes(({ attempts }) => attempts),
        from,
      ) / 1000
    );
  }

  /** The first success that was seen after `from`, Unix milliseconds. */
  successAfter(from: number): number | undefined {
    return this.changes(({ successes }) => successes).find((at) => at > from);
  }

  private changes(of: (sample: Sample) => number): number[] {
    return this.samples.filter((sample, i) => i > 0 && of(sample) > of(this.samples[i - 1]!)).map(({ at }) => at);
  }

  private async sample(): Promise<void> {
    const series = parseExposition(await this.exporter.metrics(), 'aggregated_api_probe').filter(
      ({ labels }) => labels.apiservice === this.api && labels.vantage === 'aggregator' && labels.request === 'discovery',
    );
    const sum = (name: string) => series.filter((one) => one.name === name).reduce((total, { value }) => total + value, 0);
    const attempts = sum('aggregated_api_probes_total');
    this.samples.push({ at: Date.now(), attempts, successes: attempts - sum('aggregated_api_probe_failures_total') });
  }
}

function longestBetween(times: readonly number[], from: number): number {
  const within = [from, ...times.filter((at) => at > from), Date.now()];
  return Math.max(...within.slice(1).map((at, i) => at - within[i]!));
}
