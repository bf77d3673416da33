/** What is of one run and not of a version, in the order in which it is replaced. */
const OF_A_RUN: readonly (readonly [RegExp, string])[] = [
  // A klog header: severity, date, time, thread; the number of the line moves with every release.
  [/^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ ([\w.-]+):\d+\]/, '$1 $2]'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, 'TIME'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}:\d+->/g, 'SOURCE->'],
  [/\b10\.245\.\d+\.\d+\b/g, 'POD'],
  [/\b10\.96\.\d+\.\d+\b/g, 'CLUSTERIP'],
  [/\b(?:\d+(?:\.\d+)?(?:h|ms|[mµun]?s|m))+\b(?=[")\s]|$)/g, 'DURATION'],
  [/\bstream ID \d+/g, 'stream ID N'],
  [/\b(serial|serialNumber|resourceVersion)([=: ]+)"?\d+"?/g, '$1$2N'],
  [/(wardle-)[a-z0-9]{6,10}(-[a-z0-9]{5})?\b/g, '$1POD'],
];

/** A text without what differs between two runs of one version: times, addresses, durations, identities. */
export function normalise(text: string): string {
  return OF_A_RUN.reduce((now, [pattern, word]) => now.replace(pattern, word), text);
}
