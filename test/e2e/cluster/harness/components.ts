import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Paths of the real binaries that build.sh made. */
export interface Components {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly sampleApiserver: string;
  readonly metricsServer: string;
}

const BUILD = new URL('../../components/build.sh', import.meta.url).pathname;

/** Of Kubernetes, beside those of the suite's own version; a folder of test/e2e/components each. */
const OTHER_VERSIONS = ['1.34', '1.35', '1.37'] as const;
export type OtherVersion = (typeof OTHER_VERSIONS)[number];
/** The suite's own, of components/kubernetes and components/etcd. */
const OWN = { kubernetes: '1.36', etcd: '3.6' } as const;
const OTHER_ETCD = '3.7';

/** What the whole suite runs on instead of its own version: `E2E_KUBERNETES=1.37`. */
export function versionOfSuite(): OtherVersion | undefined {
  const version = process.env.E2E_KUBERNETES ?? OWN.kubernetes;
  if (version === OWN.kubernetes) return undefined;
  const other = OTHER_VERSIONS.find((one) => one === version);
  if (other) return other;
  throw new Error(`E2E_KUBERNETES=${version}: allowed are ${OTHER_VERSIONS.join(', ')} and ${OWN.kubernetes}, the suite's own version`);
}

/** Every storage of the suite, instead of its own version: `E2E_ETCD=3.7`. The component, and its folder among the binaries. */
function etcdOfSuite(): { component: string; folder: string } {
  const version = process.env.E2E_ETCD ?? OWN.etcd;
  if (version === OWN.etcd) return { component: 'etcd', folder: '.' };
  if (version === OTHER_ETCD) return { component: `etcd-${OTHER_ETCD}`, folder: `etcd-${OTHER_ETCD}` };
  throw new Error(`E2E_ETCD=${version}: allowed are ${OTHER_ETCD} and ${OWN.etcd}, the suite's own version`);
}

/**
 * Builds what is missing (minutes, once per version) and says where it is. Throws with what to install when it can't.
 * @param other the kube-apiserver and the kube-controller-manager are of this version instead.
 */
export function components(other?: OtherVersion): Components {
  missingTools();
  const etcd = etcdOfSuite();
  const bin = execFileSync(BUILD, ['kubernetes', etcd.component, 'metrics-server', ...(other ? [`kubernetes-${other}`] : [])], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  const kubernetes = other ? join(bin, other) : bin;
  return {
    etcd: join(bin, etcd.folder, 'etcd'),
    kubeApiserver: join(kubernetes, 'kube-apiserver'),
    kubeControllerManager: join(kubernetes, 'kube-controller-manager'),
    sampleApiserver: join(bin, 'sample-apiserver'),
    metricsServer: join(bin, 'metrics-server'),
  };
}

function missingTools(): void {
  const missing = [
    ['go', 'Go 1.26 or newer'],
    ['openssl', 'Debian package openssl'],
    ['ip', 'Debian package iproute2'],
    ['iptables', 'Debian package iptables'],
    ['setpriv', 'Debian package util-linux'],
    ['kubectl', 'kubectl 1.30 or newer'],
  ].filter(([tool]) => !onPath(tool!));
  const wants = missing.map(([tool, what]) => `${tool} is missing: install ${what}`);
  if (process.getuid?.() !== 0)
    wants.push('root is needed: the suite makes a network namespace with addresses and iptables rules of its own');
  if (wants.length > 0) throw new Error(`the end-to-end suite can't run here:\n  ${wants.join('\n  ')}`);
}

function onPath(tool: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
