import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { components, type OtherVersion, versionOfSuite } from './components.ts';
import { exporterContainer, isExporterImage } from './container-image.ts';
import { ControlPlane, etcdDaemon } from './control-plane.ts';
import { Kube, type KubeObject } from './kube.ts';
import { Kubelet, type RunningPod } from './kubelet.ts';
import { bringUp, bringUpIPv6, SERVICE_NETWORK, SERVICE_NETWORK_6 } from './network.ts';
import { CertificateAuthority, type LeafOptions } from './pki.ts';
import { type Daemon, until } from './process.ts';
import { ServiceProxy } from './service-proxy.ts';
import { type AggregatedServer, clusterRoleBinding, install } from './workloads.ts';

export const WARDLE = 'v1alpha1.wardle.example.com';
export const METRICS = 'v1beta1.metrics.k8s.io';
const DEPLOY = new URL('../../../../deploy', import.meta.url).pathname;

export interface ClusterOptions {
  readonly apiservers?: number;
  readonly apiserverFlags?: readonly string[];
  /** The version of a second kube-apiserver, as during an upgrade. */
  readonly second?: OtherVersion;
  /** Of a metrics-server that is not the suite's: its program, behind what it is run by. */
  readonly metricsServer?: readonly string[];
  /** Pods have an address of each family; Services may have. */
  readonly bothFamilies?: boolean;
  /** For so long a node may be silent before it counts as lost. On a busy machine a kubelet is late. */
  readonly nodeGraceSeconds?: number;
  /** Each controller asks as its own ServiceAccount: a server that lets administrators pass (system:masters) asks for their rights. */
  readonly controllersAsThemselves?: boolean;
}

/** What a container of another server runs. */
export type ImageCommand = (pod: {
  readonly ip: string;
  /** Of the pod's ServiceAccount: see {@link Cluster.identify}. */
  readonly kubeconfig: string;
  readonly args: readonly string[];
}) => readonly string[];

/** The second address of a pod. */
export const ipv6Of = (ip: string): string => `fd00:10:245::${Number(ip.split('.').at(-1)).toString(16)}`;

/**
 * The kubelets live in this process, and all others are its children: beside work that can wait they go first, so that a busy machine
 * does not look like lost nodes. Only an administrator may ask for it.
 */
function goFirst(): void {
  try {
    setPriority(-10);
  } catch {
    // As usual, then.
  }
}

/**
 * sample-apiserver is built with k8s.io/apiserver 0.36, which lists MutatingAdmissionPolicies v1 and is never ready without them: an older
 * kube-apiserver serves v1beta1 at most.
 */
function olderThanItsLibraries(): readonly string[] {
  const version = versionOfSuite();
  return version && Number(version.split('.')[1]) < 36 ? ['--disable-admission-plugins=MutatingAdmissionPolicy'] : [];
}

/** A real cluster without a container engine: control plane, two nodes, sample-apiserver with an etcd of its own, metrics-server. */
export class Cluster {
  readonly folder: string;
  readonly controlPlane: ControlPlane;
  readonly kubelets: Kubelet[] = [];
  /** The storage of the sample-apiserver, apart from the cluster's own: it may hang. */
  readonly storage: Daemon;
  readonly servingCa: CertificateAuthority;
  readonly wardle: AggregatedServer;
  readonly metrics: AggregatedServer;
  readonly serviceProxy: ServiceProxy;
  /** Of servers beside the cluster's own two, by image. */
  readonly images = new Map<string, ImageCommand>();
  private readonly options: ClusterOptions;
  private nextIp = 10;

  constructor(options: ClusterOptions = {}) {
    this.options = options;
    const built = components(versionOfSuite());
    bringUp();
    if (options.bothFamilies) bringUpIPv6();
    this.folder = mkdtempSync(join(tmpdir(), 'aggregated-api-exporter-e2e-'));
    chmodSync(this.folder, 0o755);
    this.controlPlane = new ControlPlane({
      components: built,
      folder: this.folder,
      apiservers: options.second ? 2 : (options.apiservers ?? 1),
      ...(options.second ? { second: components(options.second).kubeApiserver } : {}),
      ...(options.nodeGraceSeconds === undefined ? {} : { nodeGraceSeconds: options.nodeGraceSeconds }),
      ...(options.controllersAsThemselves === undefined ? {} : { controllersAsThemselves: options.controllersAsThemselves }),
      apiserverFlags: [
        ...(options.bothFamilies ? [`--service-cluster-ip-range=${SERVICE_NETWORK},${SERVICE_NETWORK_6}`] : []),
        ...(options.apiserverFlags ?? []),
      ],
    });
    this.storage = etcdDaemon('storage', built.etcd, this.folder, 2479);
    this.servingCa = new CertificateAuthority(this.folder, 'serving-ca');
    this.serviceProxy = new ServiceProxy(this.kube);
    this.wardle = this.wardleServer();
    this.metrics = this.metricsServer();
    this.issueWardleCertificate({});
    this.servingCa.issue('metrics', { commonName: 'metrics-server', names: ['metrics-server.kube-system.svc'] });
    for (const [node, address] of [
      ['node-a', '192.0.2.11'],
      ['node-b', '192.0.2.12'],
    ] as const)
      this.kubelets.push(
        new Kubelet({
          kube: this.kube,
          node,
          address,
          serving: this.controlPlane.ca.issue(`kubelet-${node}`, {
            commonName: `system:node:${node}`,
            organization: 'system:nodes',
            names: [node, address],
          }),
          clientCaFile: this.controlPlane.ca.certFile,
          images: (image, pod, ip) => this.commandOf(built, image, pod, ip),
          nextPodIP: () => `10.245.0.${(this.nextIp++ % 240) + 10}`,
          ...(options.bothFamilies ? { secondPodIP: ipv6Of } : {}),
        }),
      );
  }

  get kube(): Kube {
    return this.controlPlane.kube;
  }

  async start(): Promise<void> {
    goFirst();
    this.storage.start();
    await this.controlPlane.start();
    await until('namespace kube-system', 60, () => this.kube.get('/api/v1/namespaces/kube-system'));
    await Promise.all(this.kubelets.map((kubelet) => kubelet.start()));
    this.serviceProxy.start();
    await this.grantServers();
    for (const server of [this.wardle, this.metrics]) this.identify(server);
    await install(this.kube, this.wardle);
    await install(this.kube, this.metrics);
    await this.available(WARDLE);
    await this.available(METRICS);
  }

  async stop(): Promise<void> {
    this.serviceProxy.stop();
    await Promise.all(this.kubelets.map((kubelet) => kubelet.stop()));
    await this.controlPlane.stop();
    await this.storage.stop();
    if (!process.env.KEEP_E2E_FOLDER) rmSync(this.folder, { recursive: true, force: true });
  }

  async available(name: string, seconds = 240): Promise<void> {
    await until(`${name} to be available`, seconds, async () => (await this.condition(name))?.status === 'True');
  }

  async condition(name: string): Promise<KubeObject> {
    const object = await this.kube.get(`/apis/apiregistration.k8s.io/v1/apiservices/${name}`);
    return object.status?.conditions?.find((condition: { type: string }) => condition.type === 'Available');
  }

  /** The running pod of an aggregated server. */
  pod(server: AggregatedServer): RunningPod {
    const pod = this.kubelets.map((kubelet) => kubelet.podOf('app', server.name)).find((found) => found !== undefined);
    if (!pod) throw new Error(`no running pod of ${server.namespace}/${server.name}`);
    return pod;
  }

  kubeletOf(server: AggregatedServer): Kubelet {
    return this.kubelets.find((kubelet) => kubelet.podOf('app', server.name) !== undefined) ?? this.kubelets[0]!;
  }

  /** A client whom no server exempts from its limits, unlike an administrator. */
  ordinaryClient(): Kube {
    const identity = this.controlPlane.ca.issue('ordinary', { commonName: 'fisher', organization: 'harbour', usage: 'client' });
    return new Kube(this.controlPlane.server, this.controlPlane.ca.certFile, identity);
  }

  /** Replaces the serving certificate of the sample-apiserver; it reloads the file within a minute, a restart at once. */
  issueWardleCertificate(differs: Partial<LeafOptions>, ca: CertificateAuthority = this.servingCa): void {
    const made = ca.issue('wardle-serving', { commonName: 'wardle', names: ['wardle.wardle.svc'], ...differs });
    writeFileSync(join(this.folder, 'wardle.crt'), readFileSync(made.certFile));
    writeFileSync(join(this.folder, 'wardle.key'), readFileSync(made.keyFile));
  }

  /** Each server speaks to the kube-apiserver as its own ServiceAccount; a client certificate carries that name. Returns its kubeconfig. */
  identify({ name, namespace }: Pick<AggregatedServer, 'name' | 'namespace'>): string {
    const identity = this.controlPlane.ca.issue(`${name}-client`, {
      commonName: `system:serviceaccount:${namespace}:${name}`,
      organization: 'system:serviceaccounts',
      usage: 'client',
    });
    return this.controlPlane.clientKubeconfig(`${name}.kubeconfig`, identity);
  }

  /** ServiceAccount and RBAC of deploy/, nothing more; returns a kubeconfig whose token is read from a file, as in a pod. */
  async installExporterRights(folder = 'kubernetes'): Promise<{ kubeconfig: string; tokenFile: string }> {
    await this.kube.apply('/api/v1/namespaces/monitoring', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'monitoring' } });
    const admin = this.adminKubeconfig();
    const objects = execFileSync('kubectl', ['kustomize', join(DEPLOY, folder)], { encoding: 'utf8' })
      .split('\n---\n')
      .filter((text) => /^kind: (ServiceAccount|ClusterRole|ClusterRoleBinding|Role|RoleBinding)$/m.test(text));
    execFileSync('kubectl', ['--kubeconfig', admin, 'apply', '-f', '-'], {
      input: objects.join('\n---\n'),
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const tokenFile = join(this.folder, 'exporter.token');
    await this.renewExporterToken(tokenFile);
    return { kubeconfig: this.controlPlane.kubeconfig('exporter.kubeconfig', { tokenFile }), tokenFile };
  }

  /** Path of the administrator's kubeconfig, for kubectl and Helm. */
  adminKubeconfig(): string {
    return this.controlPlane.clientKubeconfig('admin.kubeconfig', this.controlPlane.admin);
  }

  async renewExporterToken(tokenFile: string, seconds = 7200): Promise<void> {
    const answer = await this.kube.create('/api/v1/namespaces/monitoring/serviceaccounts/aggregated-api-exporter/token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: seconds },
    });
    writeFileSync(tokenFile, answer.status.token, { mode: 0o600 });
  }

  private wardleServer(): AggregatedServer {
    return {
      namespace: 'wardle',
      name: 'wardle',
      image: 'e2e/sample-apiserver',
      args: [],
      port: 8443,
      readinessPath: '/readyz',
      apiServices: [
        { group: 'wardle.example.com', version: 'v1alpha1' },
        { group: 'wardle.example.com', version: 'v1beta1' },
      ],
      caBundle: this.servingCa.pem,
      node: 'node-a',
    };
  }

  private metricsServer(): AggregatedServer {
    return {
      namespace: 'kube-system',
      name: 'metrics-server',
      image: 'e2e/metrics-server',
      args: [],
      port: 10443,
      readinessPath: '/readyz',
      apiServices: [{ group: 'metrics.k8s.io', version: 'v1beta1' }],
      caBundle: this.servingCa.pem,
      node: 'node-b',
    };
  }

  private commandOf(built: ReturnType<typeof components>, image: string, pod: KubeObject, ip: string): readonly string[] | undefined {
    const extra: string[] = pod.spec.containers[0].args ?? [];
    const kubeconfig = join(this.folder, `${pod.spec.serviceAccountName}.kubeconfig`);
    const common = [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      `--bind-address=${ip}`,
    ];
    switch (image) {
      case 'e2e/sample-apiserver':
        return [
          built.sampleApiserver,
          ...olderThanItsLibraries(),
          '--etcd-servers=http://127.0.0.1:2479',
          '--secure-port=8443',
          `--tls-cert-file=${join(this.folder, 'wardle.crt')}`,
          `--tls-private-key-file=${join(this.folder, 'wardle.key')}`,
          ...common,
          ...extra,
        ];
      case 'e2e/metrics-server':
        return [
          ...(this.options.metricsServer ?? [built.metricsServer]),
          '--secure-port=10443',
          `--tls-cert-file=${join(this.folder, 'metrics.crt')}`,
          `--tls-private-key-file=${join(this.folder, 'metrics.key')}`,
          '--metric-resolution=10s',
          '--kubelet-request-timeout=5s',
          `--kubelet-certificate-authority=${this.controlPlane.ca.certFile}`,
          '--kubelet-preferred-address-types=InternalIP',
          ...common,
          ...extra,
        ];
      case 'e2e/shell':
        return ['sh', '-c', ...extra, ip];
      case 'e2e/idle':
        return ['sleep', 'infinity'];
      default:
        return isExporterImage(image)
          ? exporterContainer(pod, { folder: this.folder, kubeconfig: this.adminKubeconfig() })
          : this.images.get(image)?.({ ip, kubeconfig, args: extra });
    }
  }

  /** Rights beyond the two bindings of every aggregated server. */
  private async grantServers(): Promise<void> {
    const role = (name: string, rules: object[]) =>
      this.kube.apply(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name },
        rules,
      });
    const watch = ['get', 'list', 'watch'];
    await role('wardle-server', [
      { apiGroups: [''], resources: ['namespaces'], verbs: watch },
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: [
          ...[
            'mutatingwebhookconfigurations',
            'validatingwebhookconfigurations',
            'validatingadmissionpolicies',
            'validatingadmissionpolicybindings',
          ],
          ...['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'],
        ],
        verbs: watch,
      },
      { apiGroups: ['flowcontrol.apiserver.k8s.io'], resources: ['flowschemas', 'prioritylevelconfigurations'], verbs: watch },
    ]);
    await role('metrics-server', [
      { apiGroups: [''], resources: ['nodes', 'pods', 'namespaces', 'configmaps'], verbs: watch },
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
    ]);
    // Anyone who is authenticated may list flunders, the exporter included: the list probe has something to ask.
    await role('wardle-reader', [{ apiGroups: ['wardle.example.com'], resources: ['*'], verbs: watch }]);
    const bind = (name: string, subject: object) =>
      this.kube.apply(`/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`, clusterRoleBinding(name, name, subject));
    await bind('wardle-server', { kind: 'ServiceAccount', name: 'wardle', namespace: 'wardle' });
    await bind('metrics-server', { kind: 'ServiceAccount', name: 'metrics-server', namespace: 'kube-system' });
    await bind('wardle-reader', { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:authenticated' });
  }
}
