import type { ApiFacts, ContainerFacts } from '../../domain/snapshot.ts';
import { askedInARow, podsOf } from '../reading.ts';

/** Of one server: its flags by name, without dashes. A value of undefined is set, and not known: it comes from the environment. */
export type Flags = ReadonlyMap<string, string | undefined>;

const SHELL = /(?:^|\/)(?:ba|da|a|z)?sh$/;
const NAME = /^--?([a-z][\w.-]{0,128})(?:=([\s\S]*))?$/i;
/** As many as are kept of a container; of a longer line the rest is not known. */
const MOST = 100;

/**
 * The flags of a container's command and arguments, as spf13/pflag v1.0.10 and Go's flag read them: the last of one name counts, and
 * `--flag value` is a flag with a value where the next word is no flag. Undefined where they are not known: the image has them all by itself, or
 * a shell runs a script.
 */
export function flagsOf({ args }: Pick<ContainerFacts, 'args'>): Flags | undefined {
  const [program = ''] = args;
  if (args.length === 0 || args.length >= MOST || SHELL.test(program)) return undefined;
  const flags = new Map<string, string | undefined>();
  args.forEach((word, index) => {
    const [, name, value] = NAME.exec(word) ?? [];
    if (name === undefined) return;
    flags.set(name, known(value ?? valueIn(args[index + 1])));
  });
  return flags;
}

/** Of a switch the next word may be an argument of the program: nobody asks a switch for its value. */
const valueIn = (next: string | undefined): string => (next === undefined || next.startsWith('-') ? 'true' : next);

const known = (value: string): string | undefined => (value.includes('$(') || value.endsWith('…') ? undefined : value);

/** Flags that every server has that is built on k8s.io/apiserver v0.36.3, and hardly another: their defaults are its defaults. */
const OF_APISERVER: readonly string[] = [
  ...['secure-port', 'cert-dir', 'tls-cert-file', 'tls-private-key-file'],
  ...['authentication-kubeconfig', 'authorization-kubeconfig', 'authentication-skip-lookup', 'requestheader-client-ca-file'],
];

export const isBuiltOnApiserver = (flags: Flags): boolean => OF_APISERVER.some((name) => flags.has(name));

/** Flags that only sigs.k8s.io/metrics-server v0.9.0 has. */
const OF_METRICS_SERVER: readonly string[] = [
  ...['metric-resolution', 'kubelet-insecure-tls', 'kubelet-preferred-address-types', 'kubelet-use-node-status-port'],
  ...['kubelet-certificate-authority', 'kubelet-request-timeout'],
];

export const isMetricsServer = (flags: Flags): boolean => OF_METRICS_SERVER.some((name) => flags.has(name));

/** A switch that is on: `--x`, `--x=true`, `--x=1`; undefined where its value is not known. */
export function isOn(flags: Flags, name: string): boolean | undefined {
  if (!flags.has(name)) return false;
  const value = flags.get(name);
  return value === undefined ? undefined : !/^(?:0|f|false)$/i.test(value);
}

/** A pod that should serve, and the flags of the one container that does. Of several containers nobody can say which one serves. */
export const serversOf = askedInARow((api: ApiFacts): readonly Flags[] | undefined => {
  const servers = podsOf(api)?.flatMap((pod) => {
    const [server, ...others] = pod.phase === 'Failed' ? [] : pod.containers.filter(({ init }) => !init);
    const flags = server && others.length === 0 ? flagsOf(server) : undefined;
    return flags ? [flags] : [];
  });
  return servers && servers.length > 0 ? servers : undefined;
});
