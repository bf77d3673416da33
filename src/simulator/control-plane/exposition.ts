/** How often, and how much on average. */
export interface Observed {
  readonly count: number;
  readonly mean: number;
}

/** Writes the Prometheus text format, 0.0.4. */
export interface Exposition {
  family(name: string, type: 'counter' | 'gauge' | 'histogram', help: string): void;
  sample(name: string, labels: Readonly<Record<string, string>>, value: number): void;
  /** Cumulative buckets of a histogram from its mean: a plausible shape, not a measured one. */
  histogram(name: string, labels: Readonly<Record<string, string>>, buckets: readonly number[], observed: Observed): void;
  text(): string;
}

export function createExposition(): Exposition {
  const lines: string[] = [];
  const sample = (name: string, labels: Readonly<Record<string, string>>, value: number) => {
    const pairs = Object.entries(labels).map(
      ([key, text]) => `${key}="${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`,
    );
    lines.push(`${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${Number.isFinite(value) ? value : value > 0 ? '+Inf' : 'NaN'}`);
  };
  return {
    family(name, type, help) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    },
    sample,
    histogram(name, labels, buckets, { count, mean }) {
      for (const bucket of buckets)
        sample(`${name}_bucket`, { ...labels, le: String(bucket) }, Math.floor(count * (1 - Math.exp(-bucket / Math.max(mean, 1e-9)))));
      sample(`${name}_bucket`, { ...labels, le: '+Inf' }, count);
      sample(`${name}_sum`, labels, count * mean);
      sample(`${name}_count`, labels, count);
    },
    text: () => `${lines.join('\n')}\n`,
  };
}
