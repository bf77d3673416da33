import type { ApiTarget } from '../src/objects/targets.ts';

/** One API for each port of loopback, all verified by one certificate authority. */
export function tideTargets(ports: readonly number[], ca: string): ApiTarget[] {
  return ports.map((port, i) => ({
    name: `v1.tides-${i}.example.com`,
    group: 'tides.example.com',
    version: 'v1',
    backend: { namespace: 'harbour', service: 'tide-gauge', port: 443 },
    insecureSkipTLSVerify: false,
    caBundle: ca,
    addresses: [{ ip: '127.0.0.1', port, ready: true }],
    pods: [],
  }));
}
