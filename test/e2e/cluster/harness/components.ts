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
export type OtherVersion = '1.37';

/** What the whole suite runs on instead of its own version: `E2E_KUBERNETES=1.37`. */
export function versionOfSuite(): OtherVersion | undefined {
  const version = process.env.E2E_KUBERNETES;
  if (version === undefined || version === '1.37') return version;
  throw new Error(`E2E_KUBERNETES=${version}: allowed is 1.37; unset, it is the suite's own version`);
}

/**
 * Builds what is missing (minutes, once per version) and says where it is. Throws with what to install when it can't.
 * @param other the kube-apiserver and the kube-controller-manager are of this version instead.
 */
export function components(other?: OtherVersion): Components {
  missingTools();
  const bin = execFileSync(BUILD, ['kubernetes', 'etcd', 'metrics-server', ...(other ? [`kubernetes-${other}`] : [])], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  const kubernetes = other ? join(bin, other) : bin;
  return {
    etcd: join(bin, 'etcd'),
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
