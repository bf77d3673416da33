/** What to say to a word that is no command: the one that was meant, where it is near, and all there are. */
export function unknownCommand(word: string, commands: readonly string[]): string {
  const [near] = commands
    .map((command) => ({ command, distance: editDistance(word.toLowerCase(), command) }))
    .filter(({ command, distance }) => distance <= Math.max(1, Math.floor(command.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  const meant = near ? `; did you mean ${near.command}?` : '.';
  return `${JSON.stringify(word.slice(0, 100))} is no command${meant} Commands are ${commands.join(', ')}; --help says more`;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped));
    }
  }
  return at(a.length, b.length);
}
