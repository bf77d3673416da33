import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../src/diagnose/diagnostician.ts';
import { readText } from '../../src/read/text/read-text.ts';

/**
 * Until 1.35 the kube-apiserver's check of a backend accepts any certificate (k8s.io/kube-aggregator v0.34.3 and v0.35.4 pkg/controllers/status/remote:
 * `Insecure: true`), the proxy does not: the condition says that all is well, and each request gets 503. From 1.36 on both verify (v0.36.3
 * `BuildTransportConfig`). The words inside are of Go's crypto/tls and the same in all.
 */
const API = 'v1.tides.example.com';
const PASSED = condition('True', 'Passed', 'all checks passed');

const INNER: readonly (readonly [what: string, text: string, cause: string])[] = [
  ['another CA', 'tls: failed to verify certificate: x509: certificate signed by unknown authority', 'ca-bundle-mismatch'],
  [
    'an expired certificate',
    'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-29T09:00:00Z is after 2026-11-28T09:00:00Z',
    'serving-certificate-expired',
  ],
  [
    'another name',
    'tls: failed to verify certificate: x509: certificate is valid for gauge.harbour.svc, not tides.harbour.svc',
    'serving-certificate-name-mismatch',
  ],
];

function condition(status: string, reason: string, message: string): string {
  return JSON.stringify({
    ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: API } },
    spec: { group: 'tides.example.com', version: 'v1', service: { namespace: 'harbour', name: 'tides', port: 443 } },
    status: { conditions: [{ type: 'Available', status, reason, message, lastTransitionTime: '2026-11-29T08:00:00Z' }] },
  });
}

const clientError = (inner: string): string => `Error from server (ServiceUnavailable): error trying to reach service: ${inner}`;

const discoveryCheck = (inner: string): string =>
  `failing or missing response from https://10.1.0.5:8443/apis/tides.example.com/v1: Get "https://10.1.0.5:8443/apis/tides.example.com/v1": ${inner}`;

/** What the kube-apiserver says of the OpenAPI document, a minute after the condition has turned (kube-aggregator v0.35.4: pkg/controllers/openapi/controller.go). */
const openApiLine = (inner: string, at = '09:00:00'): string =>
  `{"ts":"2026-11-29T${at}Z","logger":"UnhandledError","msg":"Unhandled Error","err":"loading OpenAPI spec for \\"${API}\\" failed with: failed to download ${API}: failed to retrieve openAPI spec, http error: ResponseCode: 503, Body: error trying to reach service: ${inner}\\n, Header: map[Content-Type:[text/plain; charset=utf-8]]"}`;

function said(text: string): string {
  const { answers, diagnoses } = diagnoseSnapshots(readText(text), catalogueOptions());
  return (
    diagnoses.find(({ apiservice }) => apiservice === API)?.cause ??
    answers.map(({ apiservice, answer }) => `${apiservice} ${answer}`).join()
  );
}

describe.each(INNER)('%s', (_what, inner, cause) => {
  it('until 1.35 is told from what a client got, though the condition has passed', () => {
    expect(said(PASSED)).toBe(`${API} healthy`);
    expect(said(`${PASSED}\n${clientError(inner)}`)).toBe(cause);
  });

  it('until 1.35 is told from the document that the kube-apiserver could not fetch, though the condition has passed', () => {
    expect(said(`${PASSED}\n${openApiLine(inner)}`)).toBe(cause);
  });

  it('is over when the condition has turned since', () => {
    expect(said(`${PASSED}\n${openApiLine(inner, '07:00:00')}`)).toBe(`${API} healthy`);
  });

  it('from 1.36 on is told from the condition', () => {
    expect(said(condition('False', 'FailedDiscoveryCheck', discoveryCheck(inner)))).toBe(cause);
  });
});
