import { observedValue } from '../domain/observed.ts';
import type { CertificateFacts } from '../domain/probe.ts';
import type { Quote } from '../domain/quote.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiFacts } from '../domain/snapshot.ts';
import { flag, smallest } from './reading.ts';

/** Serving certificates as the newest direct probes saw them, one per distinct certificate. */
function presented(api: ApiFacts): readonly CertificateFacts[] {
  const found = new Map<string, CertificateFacts>();
  for (const { vantage, last } of api.probes)
    if (vantage !== 'control' && last.certificate) found.set(last.certificate.fingerprint256, last.certificate);
  return [...found.values()];
}

/** 1 when it holds for every certificate presented, 0 when not for one, undefined when none was judged. */
function everyCertificate(api: ApiFacts, judge: (certificate: CertificateFacts) => boolean | undefined): number | undefined {
  const verdicts = presented(api)
    .map(judge)
    .filter((verdict) => verdict !== undefined);
  return verdicts.length === 0 ? undefined : flag(verdicts.every(Boolean));
}

/** The first certificate that does not pass, in words. */
function wrongOne(
  api: ApiFacts,
  isRight: (certificate: CertificateFacts) => boolean,
  says: (certificate: CertificateFacts) => string,
): Quote | undefined {
  const found = presented(api).find((certificate) => !isRight(certificate));
  return found && { text: says(found) };
}

const day = (unixSeconds: number): string => `${new Date(unixSeconds * 1000).toISOString().slice(0, 19)}Z`;
const isInForce = ({ notBefore, notAfter }: CertificateFacts, time: number): boolean => notBefore <= time / 1000 && time / 1000 <= notAfter;

const gauge = (name: string, help: string, observe: Signal['observe'], source: Signal['source'] = 'certificates'): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: `aggregated_api_${name.replaceAll('-', '_')}`,
  source,
  observe,
});

/** The serving certificate, the caBundle it is checked against, and the front proxy's CA. */
export const CERTIFICATE_SIGNALS: readonly Signal[] = [
  {
    name: 'certificate-not-after',
    help: 'When the serving certificate of the backend expires, Unix time; of several certificates the earliest.',
    kind: 'timestamp',
    metric: 'aggregated_api_backend_certificate_not_after_timestamp_seconds',
    stability: 'stable',
    source: 'certificates',
    observe: (api) => smallest(presented(api).map((certificate) => certificate.notAfter)),
  },
  {
    ...gauge('certificate-in-force', '1 while every serving certificate is within its dates, else 0.', (api, _cluster, time) =>
      everyCertificate(api, (certificate) => isInForce(certificate, time)),
    ),
    quote: (api, _cluster, time) =>
      wrongOne(
        api,
        (certificate) => isInForce(certificate, time),
        ({ subject, notBefore, notAfter }) => `certificate ${subject} is valid from ${day(notBefore)} to ${day(notAfter)}`,
      ),
  },
  {
    words: 'every serving certificate has the name of the Service',
    ...gauge('certificate-name-matches', '1 while every serving certificate is valid for <service>.<namespace>.svc, else 0.', (api) =>
      everyCertificate(api, (certificate) => certificate.nameMatches),
    ),
    quote: (api) =>
      wrongOne(
        api,
        ({ nameMatches }) => nameMatches !== false,
        ({ dnsNames, serverName }) => `certificate is valid for ${dnsNames.join(', ') || 'no DNS name'}, not ${serverName}`,
      ),
  },
  gauge(
    'certificate-trusted',
    '1 while every serving certificate verifies against what the kube-apiserver checks it with: the caBundle, else the roots of the system.',
    (api) =>
      api.insecureSkipTLSVerify
        ? undefined
        : everyCertificate(
            api,
            (certificate) => certificate.verifiedByCaBundle ?? (api.caBundle === null ? certificate.verifiedBySystem : undefined),
          ),
  ),
  gauge(
    'ca-bundle-present',
    '1 while the APIService carries a caBundle or skips verification, else 0.',
    (api) => (api.caBundle === undefined ? undefined : flag(api.caBundle !== null || api.insecureSkipTLSVerify)),
    'api-services',
  ),
  gauge(
    'ca-bundle-valid',
    '1 while the caBundle parses as PEM certificates, else 0; undefined without one.',
    (api) => (api.caBundle ? flag(api.caBundle.valid) : undefined),
    'api-services',
  ),
  gauge(
    'ca-bundle-seconds-left',
    'Seconds until the first certificate of the caBundle expires; negative after it.',
    (api, _cluster, time) => (api.caBundle?.notAfterSeconds === undefined ? undefined : api.caBundle.notAfterSeconds - time / 1000),
    'api-services',
  ),
  gauge(
    'tls-verified',
    '0 while the APIService sets insecureSkipTLSVerify, else 1.',
    (api) => flag(!api.insecureSkipTLSVerify),
    'api-services',
  ),
  gauge(
    'front-proxy-ca-seconds-left',
    "Seconds until the front proxy's CA in extension-apiserver-authentication expires; negative after it.",
    (_api, cluster, time) => {
      const facts = observedValue(cluster.frontProxyCa);
      return facts && facts.notAfterSeconds - time / 1000;
    },
    'config-maps',
  ),
  gauge(
    'front-proxy-ca-published',
    "1 while the ConfigMap extension-apiserver-authentication holds a front proxy's CA, 0 while it does not.",
    (_api, cluster) => (cluster.frontProxyCa.state === 'absent' ? 0 : observedValue(cluster.frontProxyCa) && 1),
    'config-maps',
  ),
];
