import { observed } from '../../../src/domain/observed.ts';
import type { ApiFacts } from '../../../src/domain/snapshot.ts';
import { healthyApi, healthyContainer, healthyPod } from '../../support/healthy.ts';
import type { Row } from './row.ts';

const started = (...args: string[]): Partial<ApiFacts> => ({ pods: observed([healthyPod({ containers: [healthyContainer({ args })] })]) });
const METRICS = ['/metrics-server', '--secure-port=10250'];
const metrics = (...args: string[]) => started(...METRICS, ...args);
const named = (port: number, ...args: string[]): Partial<ApiFacts> => {
  const { service, endpoints } = healthyApi();
  if (service.state !== 'observed' || endpoints.state !== 'observed') throw new Error('the healthy API shows both');
  return {
    ...started(...args),
    service: observed({ ...service.value, ports: [{ name: 'https', port: 443, targetPort: 'https' }] }),
    endpoints: observed({ ...endpoints.value, addresses: endpoints.value.addresses.map((address) => ({ ...address, port })) }),
  };
};
const beside = healthyContainer({ name: 'proxy', args: ['--secure-listen-address=0.0.0.0:10250'] });

/** The healthy server has --secure-port=10250, to which its Service leads, and nothing else. */
export const FLAG_ROWS: readonly Row[] = [
  ['flags-port-differs', 0, 1, started('--secure-port=4443')],
  ['flags-port-differs', 0, 1, started('/tide-gauge', '--secure-port', '4443')],
  ['flags-port-differs', 0, 0, started('--secure-port=4443', '--secure-port=10250')],
  ['flags-port-differs', 0, 1, named(6443, '--secure-port=4443')],
  ['flags-port-differs', 0, 0, named(4443, '--secure-port=4443')],
  // Nobody knows: a default of an unknown program, a value from the environment, a script, two containers.
  ['flags-port-differs', 0, undefined, started('--tide-height=3')],
  ['flags-port-differs', 0, undefined, started('--secure-port=$(PORT)')],
  ['flags-port-differs', 0, undefined, started('/bin/sh', '-c', 'exec /tide-gauge --secure-port=4443')],
  ['flags-port-differs', 0, undefined, started()],
  [
    'flags-port-differs',
    0,
    undefined,
    { pods: observed([healthyPod({ containers: [healthyContainer({ args: ['--secure-port=4443'] }), beside] })]) },
  ],
  ['flags-loopback-only', 0, 1, started('--secure-port=10250', '--bind-address=127.0.0.1')],
  ['flags-loopback-only', 0, 1, started('--secure-port=10250', '--bind-address', '::1')],
  ['flags-loopback-only', 0, 0, started('--secure-port=10250', '--bind-address=0.0.0.0')],
  ['flags-loopback-only', 0, undefined, started('--bind-address=127.0.0.1')],
  ['flags-refused', 0, 1, started('--tls-cert-file=/certs/tls.crt')],
  ['flags-refused', 0, 0, started('--tls-cert-file=/certs/tls.crt', '--tls-private-key-file=/certs/tls.key')],
  ['flags-refused', 0, 1, started('--secure-port=70000')],
  ['flags-refused', 0, 1, metrics('--metric-resolution=9s')],
  ['flags-refused', 0, 1, metrics('--metric-resolution=11s')],
  ['flags-refused', 0, 0, metrics('--metric-resolution=12s')],
  ['flags-refused', 0, 1, metrics('--metric-resolution=15s', '--kubelet-request-timeout=13.6s')],
  ['flags-refused', 0, 0, metrics('--metric-resolution=1m30s', '--kubelet-request-timeout=80s')],
  ['flags-refused', 0, 0, metrics('--metric-resolution=$(RESOLUTION)')],
  ['flags-refused', 0, 1, metrics('--kubelet-insecure-tls', '--kubelet-certificate-authority=/ca.crt')],
  ['flags-refused', 0, 0, metrics('--kubelet-insecure-tls=false', '--kubelet-certificate-authority=/ca.crt')],
  ['flags-refused', 0, 2, metrics('--kubelet-client-key=/k', '--metric-resolution=5s')],
  ['flags-refused', 0, undefined, started('--metric-height=5s')],
  ['flags-front-proxy-ignored', 0, 1, metrics('--authentication-skip-lookup')],
  ['flags-front-proxy-ignored', 0, 0, metrics('--authentication-skip-lookup=false')],
  ['flags-front-proxy-ignored', 0, 0, metrics('--authentication-skip-lookup', '--requestheader-client-ca-file=/ca.crt')],
  ['flags-front-proxy-ignored', 0, 1, metrics('--requestheader-username-headers=X-Tide-User')],
  ['flags-front-proxy-ignored', 0, 0, metrics('--requestheader-username-headers=X-Tide-User,x-remote-user')],
  ['flags-self-signed', 1, 0, metrics('--tls-cert-file=/certs/tls.crt')],
  ['flags-self-signed', 1, 1, metrics('--cert-dir=/tmp')],
  ['flags-self-signed', 1, undefined, started('--tide-height=3')],
  ['flags-kubelets-unverified', undefined, 1, metrics('--kubelet-insecure-tls')],
  ['flags-kubelets-unverified', undefined, 0, metrics('--metric-resolution=15s')],
  ['flags-kubelets-unverified', undefined, undefined, metrics('--tide-insecure-tls')],
  ['flags-kubelets-by-name', undefined, 1, metrics('--metric-resolution=15s')],
  ['flags-kubelets-by-name', undefined, 1, metrics('--kubelet-preferred-address-types=Hostname,InternalIP')],
  ['flags-kubelets-by-name', undefined, 0, metrics('--kubelet-preferred-address-types=InternalIP,Hostname')],
  ['flags-kubelets-by-name', undefined, undefined, metrics('--tide-height=3')],
  ['flags-dependencies', 0, 1, started('--prometheus-url=http://prometheus.watch.svc:9090/')],
  ['flags-dependencies', 0, 0, started('--prometheus-path=/api/v1/query')],
];
