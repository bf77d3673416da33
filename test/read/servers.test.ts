import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../src/diagnose/diagnostician.ts';
import { readText } from '../../src/read/text/read-text.ts';

/**
 * What aggregated servers printed while a fault lasted, one line of each kind, in servers/SERVER/FAULT.txt (`npm run e2e:servers` takes them). A
 * paste that says more of its own cluster is told more: here nothing but the server speaks.
 */
const FOLDER = new URL('servers/', import.meta.url);

/**
 * Fault → API and cause that are said of the lines alone. That a metrics-server has no figures each one says in its first half minute: alone it is
 * nothing to judge. A kube-apiserver does not say for which API it stands.
 */
const SAID: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'metrics-server-0.8': {
    'kubelets-refuse': 'v1beta1.metrics.k8s.io: kubelet-scrape-failing',
    'kubelets-distrusted': 'v1beta1.metrics.k8s.io: kubelet-certificate-untrusted',
    'kubelets-forbid': 'v1beta1.metrics.k8s.io: backend-rights-missing',
    'kubelets-know-nobody': 'v1beta1.metrics.k8s.io: kubelet-scrape-failing',
  },
  'metrics-server-0.9': {
    'kubelets-refuse-at-start': 'v1beta1.metrics.k8s.io: kubelet-scrape-failing',
    'kubelets-refuse': 'v1beta1.metrics.k8s.io: kubelet-scrape-failing',
    'one-kubelet-refuses': 'v1beta1.metrics.k8s.io: kubelet-scrape-failing',
    'kubelets-hang': 'v1beta1.metrics.k8s.io: kubelet-scrape-failing',
    'kubelets-distrusted': 'v1beta1.metrics.k8s.io: kubelet-certificate-untrusted',
    'kubelets-forbid': 'v1beta1.metrics.k8s.io: backend-rights-missing',
    'kubelets-know-nobody': 'v1beta1.metrics.k8s.io: kubelet-scrape-failing',
    'nodes-forbidden': 'v1beta1.metrics.k8s.io: backend-rights-missing',
    'no-figures': 'nothing-to-judge',
    'no-figures-of-pods': 'nothing-to-judge',
  },
  'nested-apiserver': {
    'etcd-gone-at-start': 'unknown: backend-storage-failing',
    'etcd-gone': 'unknown: backend-storage-failing',
    'etcd-slow': 'unknown: backend-storage-failing',
    'etcd-other-ca': 'unknown: backend-storage-failing',
    'front-proxy-unknown': 'unknown: request-header-ca-mismatch',
    'front-proxy-name': 'unknown: front-proxy-name-not-allowed',
  },
  'custom-metrics-adapter-1.37': {
    // Alone it does not tell whether the kube-apiserver is away for everybody.
    'apiserver-refuses-at-start': 'unknown: apiserver-unavailable',
    'apiserver-refuses-later': 'unknown: kube-apiserver-unreachable-from-backend',
    // Not met yet: of its lines those name an API which say how late it is, and not those which say for whom it waits.
    'apiserver-silent': 'v1beta1.custom.metrics.k8s.io: backend-slow',
    'distrusts-apiserver': 'unknown: dependency-certificate-untrusted',
    'auth-delegator-missing': 'unknown: delegated-auth-failing',
    'auth-reader-missing': 'unknown: request-header-config-unreadable',
    'metric-unknown': 'nothing-to-judge',
  },
  'keda-2.21': {
    'operator-gone-at-start': 'v1beta1.external.metrics.k8s.io: backend-dependency-failing',
    'operator-gone-later': 'v1beta1.external.metrics.k8s.io: backend-dependency-failing',
    'operator-silent': 'v1beta1.external.metrics.k8s.io: backend-dependency-failing',
    'operator-other-ca': 'v1beta1.external.metrics.k8s.io: dependency-certificate-untrusted',
    'source-hangs': 'v1beta1.external.metrics.k8s.io: backend-dependency-failing',
    'source-fails': 'v1beta1.external.metrics.k8s.io: backend-dependency-failing',
    'certificates-missing': 'v1beta1.external.metrics.k8s.io: bad-flag-or-config',
    'auth-delegator-missing': 'v1beta1.external.metrics.k8s.io: delegated-auth-failing',
    'auth-reader-missing': 'v1beta1.external.metrics.k8s.io: request-header-config-unreadable',
    'scaled-object-unknown': 'v1beta1.external.metrics.k8s.io: bad-flag-or-config',
  },
  // Built with k8s.io/apiserver 0.36, behind a kube-apiserver 1.34.3: MutatingAdmissionPolicy v1 is of 1.36.
  'sample-apiserver-0.36': {
    'behind-1.34': 'unknown: software-defect',
    'behind-1.34-with-its-pod': 'v1alpha1.wardle.example.com: software-defect',
  },
};

describe.each(Object.entries(SAID))('what %s printed', (server, faults) => {
  it('is all here', () => {
    const files = readdirSync(new URL(`${server}/`, FOLDER)).map((file) => file.replace('.txt', ''));
    expect(files.sort()).toEqual(Object.keys(faults).sort());
  });

  it.each(Object.entries(faults))('is read right while %s', (fault, said) => {
    const text = readFileSync(new URL(`${server}/${fault}.txt`, FOLDER), 'utf8');
    const { answer, diagnoses } = diagnoseSnapshots(readText(text), catalogueOptions());
    const [first] = diagnoses;
    expect(first ? `${first.apiservice}: ${first.cause}` : answer).toBe(said);
  });
});
