import { klog, klogStructured } from '../node/klog.ts';
import type { Random } from '../random.ts';

/** What a healthy aggregated server writes when it starts. */
export function bootLines(port: number): string[] {
  return [
    klogStructured('I', 'serving.go:386', 'Generated self-signed cert', { path: 'apiserver.local.config/certificates/apiserver.crt' }),
    klogStructured('I', 'requestheader_controller.go:180', 'Starting RequestHeaderAuthRequestController', {}),
    klogStructured('I', 'shared_informer.go:349', 'Waiting for caches to sync', { controller: 'RequestHeaderAuthRequestController' }),
    klogStructured('I', 'configmap_cafile_content.go:205', 'Starting controller', {
      name: 'client-ca::kube-system::extension-apiserver-authentication::requestheader-client-ca-file',
    }),
    klogStructured('I', 'dynamic_serving_content.go:135', 'Starting controller', {
      name: 'serving-cert::/etc/serving/tls.crt::/etc/serving/tls.key',
    }),
    klogStructured('I', 'tlsconfig.go:243', 'Starting DynamicServingCertificateController', {}),
    klog('I', 'secure_serving.go:211', `Serving securely on [::]:${port}`),
    klogStructured('I', 'shared_informer.go:356', 'Caches are synced', { controller: 'RequestHeaderAuthRequestController' }),
  ];
}

/** One line of the kind that means nothing. */
export function idleLine(random: Random): string {
  const items = random.integer(40, 900);
  return random.pick([
    () =>
      klogStructured('I', 'reflector.go:436', 'Caches populated', {
        type: '*v1.ConfigMap',
        reflector: 'pkg/mod/k8s.io/client-go/tools/cache/reflector.go:285',
      }),
    () => klog('I', 'sync.go:112', `sync finished, ${items} items in ${random.integer(3, 80)}ms`),
    () => klogStructured('I', 'store.go:88', 'Compacted', { revision: random.integer(10_000, 90_000), took: `${random.integer(1, 9)}ms` }),
    () => klogStructured('I', 'handler.go:288', 'Handler latency', { p50: '3ms', p99: `${random.integer(9, 40)}ms`, window: '1m' }),
  ])();
}

/** Alarming lines that a healthy server writes too. */
export function alarmingLine(random: Random): string {
  const port = random.integer(32_000, 60_000);
  return random.pick([
    () =>
      `${new Date().toISOString().slice(0, 19).replace('T', ' ').replace(/-/g, '/')} http: TLS handshake error from 10.1.0.1:${port}: EOF`,
    () =>
      klogStructured(
        'W',
        'reflector.go:484',
        'watch of *v1.ConfigMap ended with: an error on the server ("unable to decode an event from the watch stream: http2: client connection lost") has prevented the request from succeeding',
        {},
      ),
    () =>
      klogStructured('E', 'authentication.go:75', 'Unable to authenticate the request', {
        err: '[invalid bearer token, token lookup failed]',
      }),
    () => klogStructured('I', 'trace.go:236', 'Trace[1298498081]: "List" (total time: 612ms)', {}),
  ])();
}
