import { type Flags, isBuiltOnApiserver, isMetricsServer, isOn } from './command-line.ts';

type Refusal = (flags: Flags) => string | undefined;

const has = (flags: Flags, name: string): boolean => flags.has(name) && flags.get(name) !== '';

/** Both or neither. */
const pair =
  (one: string, other: string): Refusal =>
  (flags) =>
    has(flags, one) === has(flags, other) ? undefined : `--${has(flags, one) ? one : other} without --${has(flags, one) ? other : one}`;

const outOfRange: Refusal = (flags) => {
  const port = Number(flags.get('secure-port') ?? Number.NaN);
  return port < 0 || port > 65_535 ? `--secure-port=${port}` : undefined;
};

const UNITS: ReadonlyMap<string, number> = new Map([
  ['h', 3600],
  ['m', 60],
  ['s', 1],
  ['ms', 0.001],
]);

/** Seconds of a duration of Go, `1m30s`; undefined when it is none. */
export function goSeconds(text: string): number | undefined {
  if (!/^(?:\d{1,9}(?:\.\d{1,9})?(?:h|ms|m|s))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, number, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) sum += Number(number) * (UNITS.get(unit) ?? 0);
  return sum;
}

const seconds = (flags: Flags, name: string, fallback: number): number | undefined =>
  flags.has(name) ? goSeconds(flags.get(name) ?? '') : fallback;

const RESOLUTION = 'metric-resolution';
const TIMEOUT = 'kubelet-request-timeout';

/** cmd/metrics-server/app/options/options.go: at least 10 s, and nine tenths of it at least the time-out. Defaults: 60 s and 10 s. */
const resolution: Refusal = (flags) => {
  const every = seconds(flags, RESOLUTION, 60);
  const timeout = seconds(flags, TIMEOUT, 10);
  if (every !== undefined && every < 10) return `--${RESOLUTION}=${flags.get(RESOLUTION)}, less than 10s`;
  if (every === undefined || timeout === undefined || every * 0.9 >= timeout) return undefined;
  return `--${RESOLUTION} ${every}s and --${TIMEOUT} ${timeout}s, more than nine tenths of it`;
};

const bothAuthorities: Refusal = (flags) =>
  isOn(flags, 'kubelet-insecure-tls') === true && has(flags, 'kubelet-certificate-authority')
    ? '--kubelet-insecure-tls with --kubelet-certificate-authority'
    : undefined;

/** What the programs themselves refuse at their start: k8s.io/apiserver v0.36.3 (pkg/server/options), metrics-server v0.9.0. */
const REFUSALS: readonly { readonly by: (flags: Flags) => boolean; readonly refuses: readonly Refusal[] }[] = [
  { by: isBuiltOnApiserver, refuses: [pair('tls-cert-file', 'tls-private-key-file'), outOfRange] },
  { by: isMetricsServer, refuses: [pair('kubelet-client-key', 'kubelet-client-certificate'), bothAuthorities, resolution] },
];

/** Flags with which the program ends at its start, in words; undefined where nobody knows what it refuses. */
export function refusedFlags(flags: Flags): readonly string[] | undefined {
  const known = REFUSALS.filter(({ by }) => by(flags));
  return known.length === 0 ? undefined : known.flatMap(({ refuses }) => refuses.flatMap((refuse) => refuse(flags) ?? []));
}
