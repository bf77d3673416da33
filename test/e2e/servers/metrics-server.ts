import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { all, type Undo } from '../cluster/fault.ts';
import { Cluster, METRICS } from '../cluster/harness/cluster.ts';
import type { Manner } from '../cluster/harness/kubelet-server.ts';
import { filter } from '../cluster/harness/network.ts';
import { CertificateAuthority } from '../cluster/harness/pki.ts';
import type { Server, ServerFault } from './server.ts';
import { grant, ready, restart } from './support/adapter.ts';

const BUILD = new URL('../components/build.sh', import.meta.url).pathname;
const SERVER = { namespace: 'kube-system', name: 'metrics-server' } as const;
/** It runs as a user of its own, so that nodes can refuse it alone: the kube-apiserver still reads its log. */
const METRICS_UID = 20_110;
const ROLE = '/apis/rbac.authorization.k8s.io/v1/clusterroles/metrics-server';
/** The suite's --kubelet-request-timeout is 5 s. */
const JUST_IN_TIME_MS = 4000;

export const METRICS_SERVER_0_9: Server = metricsServer('metrics-server-0.9', 'metrics-server v0.9.0', 'metrics-server');
export const METRICS_SERVER_0_8: Server = metricsServer('metrics-server-0.8', 'metrics-server v0.8.0', 'metrics-server-0.8');

function metricsServer(id: string, title: string, component: string): Server {
  return {
    id,
    title,
    lay() {
      const bin = execFileSync(BUILD, [component], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
      const program = join(bin, component === 'metrics-server' ? '' : component.replace('metrics-server-', ''), 'metrics-server');
      const cluster = new Cluster({
        metricsServer: ['setpriv', `--reuid=${METRICS_UID}`, `--regid=${METRICS_UID}`, '--clear-groups', program],
        // As kubeadm leaves it: a kube-apiserver that checks no kubelet still reads logs where metrics-server trusts none.
        apiserverFlags: ['--kubelet-certificate-authority='],
      });
      chmodSync(join(cluster.folder, 'metrics.key'), 0o644);
      return Promise.resolve({
        cluster,
        api: METRICS,
        apps: [SERVER.name],
        asks: ['nodes', 'pods'].map((resource) => `/apis/metrics.k8s.io/v1beta1/${resource}`),
        // Anyone who is authenticated may read figures, as the manifests of the project let viewers.
        begin: (cluster) => grant(cluster, 'metrics-reader', READ, EVERYONE),
        faults: FAULTS,
      });
    },
  };
}

const READ = [{ apiGroups: ['metrics.k8s.io'], resources: ['nodes', 'pods'], verbs: ['get', 'list'] }];
const EVERYONE = { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:authenticated' };

const FAULTS: readonly ServerFault[] = [
  {
    id: 'kubelets-refuse-at-start',
    kind: 'gone at start',
    title: 'Every kubelet refuses its connections, and its pod is new',
    guess: 'False MissingEndpoints; 503; "connection refused" of each node each 10 s; kubelet-scrape-failing',
    causes: ['kubelet-scrape-failing', 'kubelet-unreachable'],
    inject: async (cluster) => {
      const undo = refuse(cluster);
      await restart(cluster, SERVER);
      return all(() => ready(cluster, SERVER), undo);
    },
  },
  {
    id: 'kubelets-refuse',
    kind: 'gone later',
    title: 'Every kubelet refuses its connections from some moment on',
    guess: 'one scrape later the same as at the start: False MissingEndpoints; kubelet-scrape-failing',
    causes: ['kubelet-scrape-failing', 'kubelet-unreachable'],
    inject: (cluster) => Promise.resolve(refuse(cluster)),
  },
  {
    id: 'one-kubelet-refuses',
    kind: 'gone later',
    title: 'One kubelet of two refuses its connections',
    guess: 'True; the figures of that node are missing, those of the other are there; no verdict',
    causes: [],
    inject: (cluster) => Promise.resolve(refuse(cluster, 1)),
  },
  {
    id: 'kubelets-hang',
    kind: 'slow',
    title: 'Every kubelet takes its requests and says nothing',
    guess: 'False MissingEndpoints after 15 s; "timeout to access kubelet"; kubelet-scrape-failing',
    causes: ['kubelet-scrape-failing'],
    inject: (cluster) => behave(cluster, { does: 'hangs' }),
  },
  {
    id: 'kubelets-late',
    kind: 'slow',
    title: 'Every kubelet answers after four seconds of the five that it has',
    guess: 'True, and nothing in the log; no verdict',
    causes: [],
    inject: (cluster) => behave(cluster, { does: 'delays', milliseconds: JUST_IN_TIME_MS }),
  },
  {
    id: 'kubelets-distrusted',
    kind: 'wrong TLS',
    title: 'Every kubelet presents a certificate of a CA that it does not know',
    guess: 'False MissingEndpoints; "x509: certificate signed by unknown authority"; kubelet-certificate-untrusted',
    causes: ['kubelet-certificate-untrusted'],
    inject: presentOther,
  },
  {
    id: 'kubelets-forbid',
    kind: 'wrong rights',
    title: 'Its ClusterRole has lost nodes/metrics',
    guess: 'False MissingEndpoints; status 403 Forbidden of each node; backend-rights-missing',
    causes: ['backend-rights-missing'],
    inject: (cluster) => loseRight(cluster, 'nodes/metrics'),
  },
  {
    id: 'kubelets-know-nobody',
    kind: 'wrong rights',
    title: 'Every kubelet answers 401: webhook authentication is off',
    guess: 'False MissingEndpoints; status 401 Unauthorized; kubelet-scrape-failing, for no right of its own is missing',
    causes: ['kubelet-scrape-failing', 'backend-rights-missing'],
    inject: (cluster) => behave(cluster, { does: 'knows nobody' }),
  },
  {
    id: 'nodes-forbidden',
    kind: 'wrong rights',
    title: 'Its ClusterRole has lost nodes, and its pod is new',
    guess: 'it waits for its informers before it listens: False MissingEndpoints, "nodes is forbidden"; backend-rights-missing',
    causes: ['backend-rights-missing'],
    inject: async (cluster) => {
      const undo = await loseRight(cluster, 'nodes');
      await restart(cluster, SERVER);
      return undo;
    },
  },
  {
    id: 'no-figures',
    kind: 'no metrics',
    title: 'Every kubelet answers 200 without a figure of nodes or containers',
    guess: 'False MissingEndpoints; nothing but "no metrics to serve" of its own probe; pod-probe-failing, for nothing says why',
    causes: ['kubelet-scrape-failing'],
    inject: (cluster) => behave(cluster, { does: 'omits', families: ['node_', 'pod_', 'container_'] }),
  },
  {
    id: 'no-figures-of-pods',
    kind: 'no metrics',
    title: 'Every kubelet answers with the figures of its node alone: its container runtime tells it nothing',
    guess: '0.8: True, with no pod in it; 0.9 wants both: False MissingEndpoints; kubelet-scrape-failing',
    causes: ['kubelet-scrape-failing'],
    inject: (cluster) => behave(cluster, { does: 'omits', families: ['pod_', 'container_'] }),
  },
];

/** The first `nodes` of them, else all; new connections and those that stand. */
function refuse(cluster: Cluster, nodes = cluster.kubelets.length): Undo {
  const undos = cluster.kubelets.slice(0, nodes).map(({ options }) => filter({ to: options.address, action: 'refuse', uid: METRICS_UID }));
  return () => {
    for (const undo of undos) undo();
  };
}

function behave(cluster: Cluster, manner: Manner): Promise<Undo> {
  for (const kubelet of cluster.kubelets) kubelet.manner = manner;
  return Promise.resolve(() => {
    for (const kubelet of cluster.kubelets) kubelet.manner = undefined;
  });
}

function presentOther(cluster: Cluster): Promise<Undo> {
  const other = new CertificateAuthority(cluster.folder, 'other-ca');
  for (const kubelet of cluster.kubelets) {
    const { node, address } = kubelet.options;
    kubelet.present(other.issue(`other-${node}`, { commonName: node, names: [node, address] }));
  }
  return Promise.resolve(() => {
    for (const kubelet of cluster.kubelets) kubelet.present(kubelet.options.serving);
  });
}

/** A rule of its ClusterRole that names the resource loses it. */
async function loseRight({ kube }: Cluster, resource: string): Promise<Undo> {
  const { rules } = await kube.get(ROLE);
  const left = rules
    .map((rule: { resources: string[] }) => ({ ...rule, resources: rule.resources.filter((name) => name !== resource) }))
    .filter((rule: { resources: string[] }) => rule.resources.length > 0);
  await kube.patch(ROLE, { rules: left });
  return async () => void (await kube.patch(ROLE, { rules }));
}
