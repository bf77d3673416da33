import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Components } from './components.ts';
import { Kube } from './kube.ts';
import { CertificateAuthority, type KeyPair, serviceAccountKeys } from './pki.ts';
import { Daemon, until } from './process.ts';

/** The kube-apisevers run as a user of their own, so that packet filters can hit only them. */
export const APISERVER_UID = 20_001;
export const APISERVER_PORT = 6443;
export const APISERVER_ADDRESSES = ['192.0.2.2', '192.0.2.3'] as const;

export interface ControlPlaneOptions {
  readonly components: Components;
  readonly folder: string;
  /** 1 or 2 kube-apiservers on one etcd. */
  readonly apiservers: number;
  readonly apiserverFlags?: readonly string[];
  /** For so long a node may be silent before it counts as lost; default 20 s. */
  readonly nodeGraceSeconds?: number;
  /** Each controller asks as its own ServiceAccount, with its own rights, as kubeadm sets it up. Default: all as administrators. */
  readonly controllersAsThemselves?: boolean;
  /** The binary of the second kube-apiserver, where it is another one. */
  readonly second?: string;
}

/** etcd, kube-apiserver(s) and kube-controller-manager as host processes. */
export class ControlPlane {
  readonly ca: CertificateAuthority;
  readonly frontProxyCa: CertificateAuthority;
  readonly admin: KeyPair;
  readonly etcd: Daemon;
  readonly apiservers: Daemon[] = [];
  readonly controllerManager: Daemon;
  readonly kube: Kube;
  readonly server = `https://${APISERVER_ADDRESSES[0]}:${APISERVER_PORT}`;
  private readonly options: ControlPlaneOptions;

  constructor(options: ControlPlaneOptions) {
    this.options = options;
    const { folder, components } = options;
    this.ca = new CertificateAuthority(folder, 'cluster-ca');
    this.frontProxyCa = new CertificateAuthority(folder, 'front-proxy-ca');
    this.admin = this.ca.issue('admin', { commonName: 'admin', organization: 'system:masters', usage: 'client' });
    this.kube = new Kube(this.server, this.ca.certFile, this.admin);
    this.etcd = etcdDaemon('etcd', components.etcd, folder, 2379);
    this.controllerManager = this.controllerManagerDaemon();
    this.makeApiservers();
    // The apiservers' user has to read keys and certificates of this throw-away PKI.
    for (const file of ['sa.key', 'sa.pub', 'apiserver.key', 'kubelet-client.key', 'front-proxy-client.key'])
      chmodSync(join(folder, file), 0o644);
  }

  async start(): Promise<void> {
    this.etcd.start();
    for (const apiserver of this.apiservers) apiserver.start();
    await until('the kube-apiserver to be ready', 240, async () => (await this.kube.raw('GET', '/readyz')).status === 200).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}\n${this.apiservers[0]!.tail()}`);
      },
    );
    this.controllerManager.start();
  }

  async stop(): Promise<void> {
    this.kube.close();
    await this.controllerManager.stop();
    await Promise.all(this.apiservers.map((apiserver) => apiserver.stop()));
    await this.etcd.stop();
  }

  /** A new serving certificate for every kube-apiserver from the same CA; they reload it from the file. */
  rotateServingCertificate(): void {
    this.issueServingCertificate();
    chmodSync(join(this.options.folder, 'apiserver.key'), 0o644);
  }

  kubeconfig(file: string, user: object): string {
    const path = join(this.options.folder, file);
    writeFileSync(
      path,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          { name: 'e2e', cluster: { server: this.server, 'certificate-authority-data': Buffer.from(this.ca.pem).toString('base64') } },
        ],
        users: [{ name: 'user', user }],
        contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'user' } }],
        'current-context': 'e2e',
      }),
      { mode: 0o644 },
    );
    return path;
  }

  clientKubeconfig(file: string, identity: KeyPair): string {
    return this.kubeconfig(file, {
      'client-certificate-data': readFileSync(identity.certFile).toString('base64'),
      'client-key-data': readFileSync(identity.keyFile).toString('base64'),
    });
  }

  private issueServingCertificate(): void {
    this.ca.issue('apiserver', {
      commonName: 'kube-apiserver',
      names: ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost', '127.0.0.1', '10.96.0.1', ...APISERVER_ADDRESSES],
    });
  }

  private makeApiservers(): void {
    const { folder, components, apiservers } = this.options;
    this.issueServingCertificate();
    const keys = serviceAccountKeys(folder);
    const kubelet = this.ca.issue('kubelet-client', {
      commonName: 'kube-apiserver-kubelet-client',
      organization: 'system:masters',
      usage: 'client',
    });
    const proxy = this.frontProxyCa.issue('front-proxy-client', { commonName: 'front-proxy-client', usage: 'client' });
    for (let i = 0; i < apiservers; i++) {
      const address = APISERVER_ADDRESSES[i]!;
      const command = [
        ...['setpriv', `--reuid=${APISERVER_UID + i}`, `--regid=${APISERVER_UID + i}`, '--clear-groups'],
        (i === 1 ? this.options.second : undefined) ?? components.kubeApiserver,
        '--etcd-servers=http://127.0.0.1:2379',
        '--service-cluster-ip-range=10.96.0.0/16',
        `--bind-address=${address}`,
        `--advertise-address=${address}`,
        `--secure-port=${APISERVER_PORT}`,
        `--tls-cert-file=${join(folder, 'apiserver.crt')}`,
        `--tls-private-key-file=${join(folder, 'apiserver.key')}`,
        `--client-ca-file=${this.ca.certFile}`,
        `--service-account-key-file=${keys.publicFile}`,
        `--service-account-signing-key-file=${keys.privateFile}`,
        '--service-account-issuer=https://kubernetes.default.svc',
        `--requestheader-client-ca-file=${this.frontProxyCa.certFile}`,
        '--requestheader-allowed-names=front-proxy-client',
        '--requestheader-extra-headers-prefix=X-Remote-Extra-',
        '--requestheader-group-headers=X-Remote-Group',
        '--requestheader-username-headers=X-Remote-User',
        `--proxy-client-cert-file=${proxy.certFile}`,
        `--proxy-client-key-file=${proxy.keyFile}`,
        '--enable-aggregator-routing=true',
        `--kubelet-certificate-authority=${this.ca.certFile}`,
        `--kubelet-client-certificate=${kubelet.certFile}`,
        `--kubelet-client-key=${kubelet.keyFile}`,
        '--kubelet-preferred-address-types=InternalIP',
        '--authorization-mode=Node,RBAC',
        '--allow-privileged=true',
        ...(this.options.apiserverFlags ?? []),
      ];
      this.apiservers.push(new Daemon(`kube-apiserver-${i}`, command, join(folder, `kube-apiserver-${i}.log`)));
    }
  }

  private controllerManagerDaemon(): Daemon {
    const { folder, components, controllersAsThemselves: asThemselves = false } = this.options;
    const identity = this.ca.issue('controller-manager', {
      commonName: 'system:kube-controller-manager',
      ...(asThemselves ? {} : { organization: 'system:masters' }),
      usage: 'client',
    });
    const kubeconfig = this.clientKubeconfig('controller-manager.kubeconfig', identity);
    return new Daemon(
      'kube-controller-manager',
      [
        components.kubeControllerManager,
        `--kubeconfig=${kubeconfig}`,
        `--authentication-kubeconfig=${kubeconfig}`,
        `--authorization-kubeconfig=${kubeconfig}`,
        '--authentication-skip-lookup=true',
        // Those of a cloud do not start without one; 1.37 has lost them, and ends at once where it is told to leave one of them out.
        '--controllers=*,-nodeipam',
        '--leader-elect=false',
        `--use-service-account-credentials=${asThemselves}`,
        `--service-account-private-key-file=${join(folder, 'sa.key')}`,
        `--root-ca-file=${this.ca.certFile}`,
        '--bind-address=127.0.0.1',
        `--node-monitor-grace-period=${this.options.nodeGraceSeconds ?? 20}s`,
        '--node-monitor-period=2s',
      ],
      join(folder, 'kube-controller-manager.log'),
    );
  }
}

export function etcdDaemon(name: string, binary: string, folder: string, port: number): Daemon {
  return new Daemon(
    name,
    [
      binary,
      `--data-dir=${join(folder, name)}`,
      '--unsafe-no-fsync',
      `--listen-client-urls=http://127.0.0.1:${port}`,
      `--advertise-client-urls=http://127.0.0.1:${port}`,
      `--listen-peer-urls=http://127.0.0.1:${port + 1}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${port + 1}`,
      `--initial-cluster=default=http://127.0.0.1:${port + 1}`,
      '--log-level=warn',
    ],
    join(folder, `${name}.log`),
  );
}
