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

/** Series of one family that carry these labels, whatever others they have. */
export function seriesOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): Series[] {
  return parseExposition(text, name).filter(
    (series) => series.name === name && Object.entries(labels).every(([label, value]) => series.labels[label] === value),
  );
}
