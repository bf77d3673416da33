import { observed } from '../../../src/domain/observed.ts';
import { ALL, certificate, checkFailed, klog, type Moment, NO_ENDPOINTS, notReady, type Situation, URL } from '../../support/situation.ts';
import type { Row } from './row.ts';

const expired: Situation = { facts: (moment) => ({ api: certificate({ notAfter: moment.since / 1000 }, moment, 'certificate_expired') }) };
const otherCa: Situation = {
  facts: (moment) => ({ api: certificate({ verifiedByCaBundle: false, issuer: 'CN=other-ca' }, moment, 'certificate_unknown_authority') }),
};
const otherName = (moment: Moment) =>
  certificate({ dnsNames: ['quay.harbour.svc'], nameMatches: false }, moment, 'certificate_name_mismatch');
const unauthorized = (line: string): Situation => ({
  probes: { aggregator: 'unauthorized', list: 'unauthorized' },
  condition: checkFailed(`bad status from ${URL}: 401`),
  lines: [klog(`"Unable to authenticate the request" err="[${line}]"`)],
});
const NO_FIGURES = `I0105 09:02:00.000000       1 server.go:192] "Failed probe" probe="metric-storage-ready" err="no metrics to serve"`;
const scrape = (error: string): Situation => ({
  ...NO_ENDPOINTS,
  lines: [
    NO_FIGURES,
    `E0105 09:02:00.000000       1 scraper.go:149] "Failed to scrape node" err="Get \\"https://192.0.2.10:10250/metrics/resource\\": ${error}" node="node-a"`,
  ],
  facts: () => ({ api: notReady }),
});
const asks = (error: string): Situation => ({
  probes: { aggregator: 'service_unavailable', list: 'service_unavailable' },
  lines: [klog(error)],
});
const configMap = (error: string): Situation => ({
  ...NO_ENDPOINTS,
  lines: [`unable to load configmap based request-header-client-ca-file: ${error}`],
  facts: () => ({ api: notReady }),
});

/** Certificates, authentication and authorization, in both directions. */
export const TRUST_ROWS: readonly Row[] = [
  { cause: 'serving-certificate-expired', match: expired, miss: otherCa, because: 'it is within its dates', instead: 'ca-bundle-mismatch' },
  {
    cause: 'ca-bundle-mismatch',
    match: otherCa,
    miss: expired,
    because: 'the certificate is out of date',
    instead: 'serving-certificate-expired',
  },
  {
    cause: 'serving-certificate-name-mismatch',
    match: { facts: (moment) => ({ api: otherName(moment) }) },
    miss: {
      probes: { aggregator: 'service_unavailable', list: 'service_unavailable' },
      facts: (moment) => ({ api: { ...otherName(moment), insecureSkipTLSVerify: true, caBundle: null } }),
    },
    because: 'the APIService does not verify names',
  },
  {
    cause: 'serving-certificate-unusable',
    match: { probes: ALL('tls_handshake_failed', 'tls_handshake_failed') },
    miss: expired,
    because: 'the handshake fails because the certificate is out of date',
    instead: 'serving-certificate-expired',
  },
  {
    cause: 'request-header-ca-mismatch',
    match: unauthorized('x509: certificate signed by unknown authority'),
    miss: unauthorized('x509: subject with cn=tide-proxy is not in the allowed list'),
    because: 'its CA is known and its name is not allowed',
    instead: 'front-proxy-name-not-allowed',
  },
  {
    cause: 'front-proxy-name-not-allowed',
    match: unauthorized('x509: subject with cn=tide-proxy is not in the allowed list'),
    miss: unauthorized('x509: certificate signed by unknown authority'),
    because: 'the CA is unknown',
    instead: 'request-header-ca-mismatch',
  },
  {
    cause: 'front-proxy-certificate-rejected',
    match: unauthorized('verifying certificate SN=7, SKID=, AKID= failed: x509: certificate has expired or is not yet valid: current time'),
    miss: unauthorized('verifying certificate SN=7, SKID=, AKID= failed: x509: certificate signed by unknown authority'),
    because: 'it is in date and its CA is unknown',
    instead: 'request-header-ca-mismatch',
  },
  {
    cause: 'discovery-forbidden',
    match: { probes: { aggregator: 'forbidden', list: 'forbidden' }, condition: checkFailed(`bad status from ${URL}: 403`) },
    miss: { probes: { aggregator: 'unauthorized', list: 'unauthorized' }, condition: checkFailed(`bad status from ${URL}: 401`) },
    because: 'the answer is 401',
    instead: 'request-header-ca-mismatch',
  },
  {
    cause: 'aggregated-request-forbidden',
    match: {
      probes: { list: 'forbidden' },
      details: {
        list: 'gauges.tides.example.com is forbidden: User "clerk" cannot list resource "gauges" in API group "tides.example.com" at the cluster scope',
      },
    },
    miss: { probes: { aggregator: 'forbidden', list: 'forbidden' }, condition: checkFailed(`bad status from ${URL}: 403`) },
    because: 'discovery is forbidden too',
    instead: 'discovery-forbidden',
  },
  {
    cause: 'delegated-auth-failing',
    match: { probes: { list: 'server_error' }, facts: () => ({ api: { rights: observed({ authReader: true, authDelegator: false }) } }) },
    miss: { probes: { list: 'response_timeout' } },
    because: 'it is bound, and lists hang for everybody',
    instead: 'backend-storage-failing',
  },
  {
    cause: 'request-header-config-unreadable',
    match: configMap(
      'configmaps "extension-apiserver-authentication" is forbidden: User "system:serviceaccount:harbour:tide-gauge" cannot get resource "configmaps" in API group "" in the namespace "kube-system"',
    ),
    miss: configMap(
      'Get "https://10.96.0.1:443/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication": dial tcp 10.96.0.1:443: i/o timeout',
    ),
    because: 'reading it times out',
    instead: 'kube-apiserver-unreachable-from-backend',
  },
  {
    cause: 'kubelet-certificate-untrusted',
    match: scrape("x509: cannot validate certificate for 192.0.2.10 because it doesn't contain any IP SANs"),
    miss: scrape('dial tcp 192.0.2.10:10250: connect: connection refused'),
    because: 'the kubelet does not answer',
    instead: 'kubelet-scrape-failing',
  },
  {
    cause: 'dependency-certificate-untrusted',
    match: asks(
      'connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
    ),
    miss: asks('connection error: desc = "transport: Error while dialing: dial tcp 10.2.2.2:9666: connect: connection refused"'),
    because: 'nobody has shown a certificate yet',
    instead: 'backend-dependency-failing',
  },
  {
    cause: 'kubelet-unreachable',
    match: scrape('dial tcp 192.0.2.10:10250: connect: no route to host'),
    miss: scrape('dial tcp 192.0.2.10:10250: connect: connection refused'),
    because: 'the host of the kubelet answers',
    instead: 'kubelet-scrape-failing',
  },
  {
    cause: 'kubelet-scrape-failing',
    match: scrape('dial tcp 192.0.2.10:10250: connect: connection refused'),
    miss: scrape("x509: cannot validate certificate for 192.0.2.10 because it doesn't contain any IP SANs"),
    because: 'it is the certificate that is refused',
    instead: 'kubelet-certificate-untrusted',
  },
];
