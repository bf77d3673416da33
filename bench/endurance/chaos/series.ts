/** Values of a text exposition by `name{labels}`, as they are printed. */
export type Series = ReadonlyMap<string, number>;

export function readSeries(text: string): Series {
  return new Map(
    text.split('\n').flatMap((line): [string, number][] => {
      const space = line.lastIndexOf(' ');
      return line === '' || line.startsWith('#') || space < 0 ? [] : [[line.slice(0, space), Number(line.slice(space + 1))]];
    }),
  );
}

/** Labels of the series of a family, each with its value. */
export function familyOf(series: Series, name: string): { readonly labels: Readonly<Record<string, string>>; readonly value: number }[] {
  return [...series].flatMap(([key, value]) => {
    if (key !== name && !key.startsWith(`${name}{`)) return [];
    const labels = Object.fromEntries([...key.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label ?? '', text ?? '']));
    return [{ labels, value }];
  });
}
