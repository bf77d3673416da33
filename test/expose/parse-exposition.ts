/** Series of an exposition: `name{labels}` → value text, exemplars left out. Fails on anything that is not a line of one. */
export function seriesOf(text: string): Map<string, string> {
  const series = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\]|\\.)*",?)*\})?) (\S+)(?: # \{\w+="[^"]*"\} \S+ \S+)?$/.exec(
      line,
    );
    if (!match) throw new Error(`not a line of an exposition: ${line}`);
    if (series.has(match[1]!)) throw new Error(`twice: ${match[1]}`);
    series.set(match[1]!, match[2]!);
  }
  return series;
}

/** The series of one family, with its prefix and the APIService left out for reading. */
export function familyOf(text: string, family: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [name, value] of seriesOf(text)) {
    const brace = name.indexOf('{');
    const [bare, labels] = brace < 0 ? [name, ''] : [name.slice(0, brace), name.slice(brace + 1, -1)];
    if (bare === family) found[labels.replace(/apiservice="[^"]*",?/, '')] = Number(value);
  }
  return found;
}
