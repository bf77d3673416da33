import { observedValue } from '../../domain/observed.ts';
import type { Signal } from '../../domain/signal.ts';
import type { ApiFacts } from '../../domain/snapshot.ts';
import { largest } from '../reading.ts';
import { type Flags, isBuiltOnApiserver, isMetricsServer, isOn, serversOf } from './command-line.ts';
import { refusedFlags } from './refused.ts';

/** What the flags of one server show: the words that show it, none where they do not, undefined where they do not tell. */
type Reading = (flags: Flags, api: ApiFacts) => readonly string[] | undefined;

/** The port of the pods to which the Service leads, where it is one. */
function portBehind({ service, endpoints, backend }: ApiFacts): number | undefined {
  const target = observedValue(service)?.ports.find(({ port }) => port === backend.port)?.targetPort;
  if (target !== undefined && /^\d+$/.test(target)) return Number(target);
  const ports = new Set(observedValue(endpoints)?.addresses.map(({ port }) => port));
  const [port] = ports;
  return ports.size === 1 ? port : undefined;
}

const otherPort: Reading = (flags, api) => {
  const set = flags.get('secure-port');
  const behind = portBehind(api);
  if (set === undefined || !/^\d{1,5}$/.test(set) || behind === undefined) return undefined;
  return Number(set) === behind ? [] : [`--secure-port=${set}, and the Service leads to port ${behind}`];
};

/** Without it a server listens on every address (k8s.io/apiserver v0.36.3, NewSecureServingOptions). */
const loopback: Reading = (flags) => {
  if (!isBuiltOnApiserver(flags)) return undefined;
  if (!flags.has('bind-address')) return [];
  const address = flags.get('bind-address');
  if (address === undefined) return undefined;
  return /^(?:127\.|::1$)/.test(address) ? [`--bind-address=${address}`] : [];
};

/** pkg/server/options/authentication.go: who skips the lookup and has no CA file believes no front proxy, and every request is anonymous. */
const frontProxyIgnored: Reading = (flags) => {
  if (!isBuiltOnApiserver(flags)) return undefined;
  const skips = isOn(flags, 'authentication-skip-lookup');
  if (skips === undefined) return undefined;
  if (skips && !flags.has('requestheader-client-ca-file')) return ['--authentication-skip-lookup without --requestheader-client-ca-file'];
  const headers = flags.get('requestheader-username-headers');
  const lacksUser = headers !== undefined && !headers.toLowerCase().split(',').includes('x-remote-user');
  return lacksUser ? [`--requestheader-username-headers=${headers}, without X-Remote-User`] : [];
};

const selfSigned: Reading = (flags) => {
  if (!isBuiltOnApiserver(flags)) return undefined;
  return flags.has('tls-cert-file') || flags.has('tls-private-key-file') ? [] : ['no --tls-cert-file'];
};

const kubeletsUnverified: Reading = (flags) => {
  if (!isMetricsServer(flags)) return undefined;
  const insecure = isOn(flags, 'kubelet-insecure-tls');
  return insecure === undefined ? undefined : insecure ? ['--kubelet-insecure-tls'] : [];
};

const ADDRESS_TYPES = 'kubelet-preferred-address-types';

/** By default the host name comes first (sigs.k8s.io/metrics-server v0.9.0, pkg/utils/address_resolver.go). */
const kubeletsByName: Reading = (flags) => {
  if (!isMetricsServer(flags)) return undefined;
  if (!flags.has(ADDRESS_TYPES)) return [`no --${ADDRESS_TYPES}: the host name comes first`];
  const types = flags.get(ADDRESS_TYPES);
  if (types === undefined) return undefined;
  return /^(?:Hostname|InternalDNS|ExternalDNS)/.test(types) ? [`--${ADDRESS_TYPES}=${types}`] : [];
};

/** Other services that a flag names by their URL: `--prometheus-url`. */
const dependencies: Reading = (flags) =>
  [...flags].flatMap(([name, value]) => (value !== undefined && /^https?:\/\/[^/]/.test(value) ? [`--${name}=${value}`] : []));

const READINGS: Readonly<Record<string, { readonly help: string; readonly read: Reading }>> = {
  refused: { help: 'Flags of the server with which it ends at its start.', read: (flags) => refusedFlags(flags) },
  'port-differs': { help: '1 while --secure-port is another port than the Service leads to, else 0.', read: otherPort },
  'loopback-only': { help: '1 while --bind-address lets the server listen for its own pod only, else 0.', read: loopback },
  'front-proxy-ignored': { help: '1 while the flags of the server let it believe no front proxy, else 0.', read: frontProxyIgnored },
  'self-signed': {
    help: '1 while the server is given no certificate, and makes one unless --cert-dir holds one, else 0.',
    read: selfSigned,
  },
  'kubelets-unverified': { help: "1 while the server checks no kubelet's certificate, else 0.", read: kubeletsUnverified },
  'kubelets-by-name': { help: '1 while the server asks kubelets by the names of their nodes first, else 0.', read: kubeletsByName },
  dependencies: { help: 'Other services that the flags of the server name by their URL.', read: dependencies },
};

/** The flags of the backend's own server, against what the aggregation needs. A flag that is not set speaks only by its documented default. */
export const FLAG_SIGNALS: readonly Signal[] = Object.entries(READINGS).map(([about, { help, read }]) => ({
  name: `flags-${about}`,
  help,
  kind: 'gauge',
  metric: 'aggregated_api_backend_flags',
  familyHelp: "What the flags of the backend's server show, by what it is; of pods that differ the one that shows most of it.",
  labels: { about: about.replaceAll('-', '_') },
  source: 'pods',
  quote(api) {
    const text = serversOf(api)
      ?.map((flags) => read(flags, api) ?? [])
      .find((words) => words.length > 0)
      ?.join('; ');
    return text === undefined ? undefined : { text };
  },
  observe: (api) => largest((serversOf(api) ?? []).map((flags) => read(flags, api)?.length)),
}));
