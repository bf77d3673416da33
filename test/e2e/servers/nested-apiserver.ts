import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { all, type Undo } from '../cluster/fault.ts';
import { Cluster } from '../cluster/harness/cluster.ts';
import { components } from '../cluster/harness/components.ts';
import { Kube } from '../cluster/harness/kube.ts';
import { CertificateAuthority } from '../cluster/harness/pki.ts';
import { Daemon, until } from '../cluster/harness/process.ts';
import { type AggregatedServer, path } from '../cluster/harness/workloads.ts';
import type { Server, ServerFault } from './server.ts';
import { asAdapter, grant, mountCertificates, ready, restart, serve } from './support/adapter.ts';

/**
 * A second kube-apiserver behind an APIService of the first, with an etcd of its own: what an apiserver of virtual clusters or of a platform's
 * own API is. Its group is that of a CustomResourceDefinition in it.
 */
export const NESTED_APISERVER: Server = {
  id: 'nested-apiserver',
  title: 'kube-apiserver v1.36.3 behind another',
  lay() {
    const built = components();
    const cluster = new Cluster();
    const server = serverOf(cluster);
    mountCertificates(join(cluster.folder, server.name), server.name, [`${server.name}.${server.namespace}.svc`], cluster.servingCa);
    const etcd = new Etcd(cluster, built.etcd);
    cluster.images.set(server.image, ({ ip, args }) => asAdapter(built.kubeApiserver, ...flags(cluster, etcd, ip), ...args));
    const nested: Nested = { server, etcd };
    return Promise.resolve({
      cluster,
      api: `v1.${GROUP}`,
      apps: [server.name],
      asks: [`/apis/${GROUP}/v1/tides`],
      begin: (cluster) => begin(cluster, nested),
      faults: faultsOf(nested),
      stop: () => etcd.stop(),
    });
  },
};

const GROUP = 'shoals.example.com';
const PORT = 6444;
/** An address of its own, so that it has the port that an etcd has. */
const ETCD = '192.0.2.30';
const ETCD_PORT = 2379;
const TIDES = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/tides.${GROUP}`;
const READERS = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/tides-reader';

interface Nested {
  readonly server: AggregatedServer;
  readonly etcd: Etcd;
}

function serverOf(cluster: Cluster): AggregatedServer {
  return {
    namespace: 'shoals',
    name: 'shoals-apiserver',
    image: 'e2e/nested-apiserver',
    args: frontProxy(cluster),
    port: PORT,
    readinessPath: '/readyz',
    apiServices: [{ group: GROUP, version: 'v1' }],
    caBundle: cluster.servingCa.pem,
    node: 'node-b',
  };
}

/** Whom it believes when it says for whom it asks. */
const frontProxy = ({ controlPlane }: Cluster): string[] => [
  `--requestheader-client-ca-file=${controlPlane.frontProxyCa.certFile}`,
  '--requestheader-allowed-names=front-proxy-client',
  '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  '--requestheader-group-headers=X-Remote-Group',
  '--requestheader-username-headers=X-Remote-User',
];

function flags({ folder, controlPlane }: Cluster, etcd: Etcd, ip: string): string[] {
  return [
    `--etcd-servers=https://${ETCD}:${ETCD_PORT}`,
    `--etcd-cafile=${etcd.ca.certFile}`,
    '--service-cluster-ip-range=10.97.0.0/16',
    `--bind-address=${ip}`,
    `--advertise-address=${ip}`,
    `--secure-port=${PORT}`,
    `--tls-cert-file=${join(folder, 'shoals-apiserver', 'tls.crt')}`,
    `--tls-private-key-file=${join(folder, 'shoals-apiserver', 'tls.key')}`,
    `--client-ca-file=${controlPlane.ca.certFile}`,
    `--service-account-key-file=${join(folder, 'sa.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
    '--service-account-issuer=https://shoals.example.com',
    '--authorization-mode=RBAC',
  ];
}

/** An etcd that speaks TLS. */
class Etcd {
  readonly ca: CertificateAuthority;
  private readonly cluster: Cluster;
  private readonly daemon: Daemon;

  constructor(cluster: Cluster, binary: string) {
    this.cluster = cluster;
    this.ca = new CertificateAuthority(cluster.folder, 'shoals-etcd-ca');
    const own = `https://${ETCD}:${ETCD_PORT}`;
    const peers = `http://${ETCD}:${ETCD_PORT + 1}`;
    const file = (end: string) => join(cluster.folder, `shoals-etcd.${end}`);
    this.daemon = new Daemon(
      'shoals-etcd',
      [
        ...[binary, `--data-dir=${join(cluster.folder, 'shoals-etcd')}`, '--unsafe-no-fsync', '--log-level=warn'],
        ...[`--cert-file=${file('crt')}`, `--key-file=${file('key')}`],
        ...[`--listen-client-urls=${own}`, `--advertise-client-urls=${own}`],
        ...[`--listen-peer-urls=${peers}`, `--initial-advertise-peer-urls=${peers}`, `--initial-cluster=default=${peers}`],
      ],
      file('log'),
    );
    this.certify(this.ca);
  }

  start(): void {
    this.daemon.start();
  }

  async stop(): Promise<void> {
    this.daemon.signal('SIGCONT');
    await this.daemon.stop();
  }

  signal(signal: NodeJS.Signals): void {
    this.daemon.signal(signal);
  }

  /** It starts anew with a certificate of this CA. */
  async renew(ca: CertificateAuthority): Promise<void> {
    this.certify(ca);
    await this.stop();
    this.start();
  }

  private certify(ca: CertificateAuthority): void {
    const made = ca.issue('shoals-etcd-made', { commonName: 'shoals-etcd', names: [ETCD] });
    copyFileSync(made.certFile, join(this.cluster.folder, 'shoals-etcd.crt'));
    copyFileSync(made.keyFile, join(this.cluster.folder, 'shoals-etcd.key'));
    chmodSync(join(this.cluster.folder, 'shoals-etcd.key'), 0o600);
  }
}

async function begin(cluster: Cluster, { server, etcd }: Nested): Promise<void> {
  etcd.start();
  await grant(cluster, 'tides-reader', READ_TIDES, EVERYONE);
  // Available is what serves the group, and the group comes with the definition: so that is there first.
  const serving = serve(cluster, server);
  await ready(cluster, server);
  await inNested(cluster, server, async (kube) => {
    await kube.apply(TIDES, definition());
    await grant({ kube }, 'tides-reader', READ_TIDES, EVERYONE);
  });
  await serving;
}

const EVERYONE = { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:authenticated' };
const READ_TIDES = [{ apiGroups: [GROUP], resources: ['*'], verbs: ['get', 'list', 'watch'] }];

/** As its administrator, and not through the other. */
async function inNested(cluster: Cluster, server: AggregatedServer, act: (kube: Kube) => Promise<unknown>): Promise<void> {
  const pod = cluster.kubelets.map((kubelet) => kubelet.podOf('app', server.name)).find((found) => found?.container.ready);
  if (!pod) throw new Error(`no ready pod of ${server.name}`);
  const { controlPlane, servingCa } = cluster;
  const kube = new Kube(`https://${pod.ip}:${PORT}`, servingCa.certFile, controlPlane.admin, `${server.name}.${server.namespace}.svc`);
  try {
    await act(kube);
  } finally {
    kube.close();
  }
}

const definition = (): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `tides.${GROUP}` },
  spec: {
    group: GROUP,
    names: { plural: 'tides', singular: 'tide', kind: 'Tide', listKind: 'TideList' },
    scope: 'Namespaced',
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
});

function faultsOf({ server, etcd }: Nested): readonly ServerFault[] {
  return [
    {
      id: 'etcd-gone-at-start',
      kind: 'gone at start',
      title: 'Its etcd is gone, and its pod is new',
      guess: 'it ends after a minute with "context deadline exceeded"; False MissingEndpoints; backend-storage-failing',
      causes: ['backend-storage-failing'],
      within: 120,
      inject: async (cluster) => {
        await etcd.stop();
        await restart(cluster, server);
        return startAgain(cluster, { server, etcd });
      },
    },
    {
      id: 'etcd-gone',
      kind: 'gone later',
      title: 'Its etcd ends while it serves',
      guess: '/readyz says [-]etcd failed: False MissingEndpoints; 503; backend-storage-failing',
      causes: ['backend-storage-failing'],
      inject: async () => {
        await etcd.stop();
        return () => etcd.start();
      },
    },
    {
      id: 'etcd-slow',
      kind: 'slow',
      title: 'Its etcd stands still for four seconds of five',
      guess: 'not ready by turns; lists of seconds; backend-storage-failing or backend-slow',
      causes: ['backend-storage-failing', 'etcd-slow', 'backend-slow'],
      inject: () => Promise.resolve(inTurns(etcd)),
    },
    {
      id: 'etcd-other-ca',
      kind: 'wrong TLS',
      title: 'Its etcd has a new certificate, of a CA that it does not know',
      guess: '"authentication handshake failed: … x509: certificate signed by unknown authority"; dependency-certificate-untrusted',
      causes: ['backend-storage-failing', 'dependency-certificate-untrusted'],
      inject: async (cluster) => {
        await etcd.renew(new CertificateAuthority(cluster.folder, 'shoals-other-ca'));
        return () => etcd.renew(etcd.ca);
      },
    },
    {
      id: 'front-proxy-unknown',
      kind: 'wrong rights',
      title: 'It runs without --requestheader-client-ca-file: it does not know the kube-apiserver before it',
      guess: 'False FailedDiscoveryCheck, 401; "Unable to authenticate the request"; request-header-ca-mismatch',
      causes: ['request-header-ca-mismatch'],
      inject: (cluster) => startWith(cluster, server, []),
    },
    {
      id: 'front-proxy-name',
      kind: 'wrong rights',
      title: 'It takes another name of the front proxy only',
      guess: 'False FailedDiscoveryCheck, 401; front-proxy-name-not-allowed',
      causes: ['front-proxy-name-not-allowed', 'request-header-ca-mismatch'],
      inject: (cluster) =>
        startWith(
          cluster,
          server,
          frontProxy(cluster).map((flag) => flag.replace('=front-proxy-client', '=aggregator')),
        ),
    },
    {
      id: 'anonymous-off',
      kind: 'wrong rights',
      title: 'It runs with --anonymous-auth=false: the kubelet that asks /readyz is nobody',
      guess: 'False MissingEndpoints; readiness probe 401; kubelet-probe-forbidden',
      causes: ['kubelet-probe-forbidden'],
      inject: (cluster) => startWith(cluster, server, [...server.args, '--anonymous-auth=false']),
    },
    {
      id: 'readers-unknown',
      kind: 'wrong rights',
      title: 'Its own RBAC lets nobody read what the one of the cluster lets everybody read',
      guess: 'True; lists are 403; aggregated-request-forbidden',
      causes: ['aggregated-request-forbidden'],
      inject: async (cluster) => {
        await inNested(cluster, server, (kube) => kube.remove(READERS));
        return () => inNested(cluster, server, (kube) => grant({ kube }, 'tides-reader', READ_TIDES, EVERYONE));
      },
    },
    {
      id: 'definition-gone',
      kind: 'no metrics',
      title: 'The CustomResourceDefinition is deleted in it: it does not serve the group any more',
      guess: 'False FailedDiscoveryCheck, 404; version-not-served',
      causes: ['version-not-served'],
      inject: async (cluster) => {
        await inNested(cluster, server, (kube) => kube.remove(TIDES));
        return () => inNested(cluster, server, (kube) => kube.apply(TIDES, definition()));
      },
    },
  ];
}

function startAgain(cluster: Cluster, { server, etcd }: Nested): Undo {
  return all(
    () => ready(cluster, server),
    // A pod that has ended some times waits longer than it takes to start.
    () => restart(cluster, server),
    () => etcd.start(),
  );
}

async function startWith(cluster: Cluster, { namespace, name, args: own }: AggregatedServer, args: readonly string[]): Promise<Undo> {
  const set = (list: readonly string[]) =>
    cluster.kube.patch(
      path.deployment(namespace, name),
      { spec: { template: { spec: { containers: [{ name: 'server', args: list }] } } } },
      'strategic-merge',
    );
  await set(args);
  return async () => {
    await set(own);
    await until('its own flags', 60, () => cluster.kubelets.some((kubelet) => hasFlags(kubelet.podOf('app', name)?.object, own)));
    await ready(cluster, { name });
  };
}

const hasFlags = (pod: { spec: { containers: { args?: string[] }[] } } | undefined, args: readonly string[]): boolean =>
  pod?.spec.containers[0]?.args?.join() === args.join();

const STANDS_MS = 4000;
const MOVES_MS = 1000;

function inTurns(etcd: Etcd): Undo {
  let timer: NodeJS.Timeout;
  const stand = () => {
    etcd.signal('SIGSTOP');
    timer = setTimeout(move, STANDS_MS);
  };
  const move = () => {
    etcd.signal('SIGCONT');
    timer = setTimeout(stand, MOVES_MS);
  };
  stand();
  return () => {
    clearTimeout(timer);
    etcd.signal('SIGCONT');
  };
}
