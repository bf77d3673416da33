/** Of no use to a reader, and other in each run. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'managedFields',
  'generateName',
  'systemUUID',
  'bootID',
  'machineID',
]);
export const MOST_LINES = 12;

/**
 * The output of `kubectl cluster-info dump`, small enough to be kept: without fields that tell nothing, and of each log the end.
 * Each document begins and ends as kubectl begins and ends it.
 */
export function trimmedDump(output: string): string {
  const kept: string[] = [];
  let document: string[] | undefined;
  let log: string[] | undefined;
  for (const line of output.split('\n')) {
    if (line.startsWith('==== START')) log = [line];
    else if (log) {
      log.push(line);
      if (!line.includes('==== END logs')) continue;
      kept.push(...(log.length > MOST_LINES ? [log[0]!, ...log.slice(-MOST_LINES)] : log));
      log = undefined;
    } else if (line === '{') document = [line];
    else if (document) {
      document.push(line);
      if (line !== '}') continue;
      kept.push(JSON.stringify(JSON.parse(document.join('\n')), dropped, 1));
      document = undefined;
    } else if (line !== '') kept.push(line);
  }
  return `${kept.join('\n')}\n`;
}

export const dropped = (key: string, value: unknown) => (LEFT_OUT.has(key) ? undefined : value);
