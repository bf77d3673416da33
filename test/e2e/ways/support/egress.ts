import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateAuthority } from '../../cluster/harness/pki.ts';
import { ConnectProxy, type Place } from './connect-proxy.ts';

/** A proxy for what a kube-apiserver sends into the cluster, and the flag that sends it there. */
export interface Egress {
  readonly proxy: ConnectProxy;
  readonly flag: string;
  readonly place: Place;
}

/** A kube-apiserver speaks TLS with a proxy at an address, and plainly with one at a Unix socket. */
export function egressThrough(transport: 'tcp' | 'unix'): Egress {
  const folder = mkdtempSync(join(tmpdir(), 'egress-'));
  chmodSync(folder, 0o755);
  const configFile = join(folder, 'egress.json');
  const { place, proxy, connection } = transport === 'unix' ? overSocket(folder) : overTcp(folder);
  writeFileSync(
    configFile,
    JSON.stringify({
      apiVersion: 'apiserver.k8s.io/v1beta1',
      kind: 'EgressSelectorConfiguration',
      egressSelections: [{ name: 'cluster', connection: { proxyProtocol: 'HTTPConnect', transport: connection } }],
    }),
  );
  return { proxy, place, flag: `--egress-selector-config-file=${configFile}` };
}

function overSocket(folder: string) {
  const place = { socket: join(folder, 'egress.socket') };
  return { place, proxy: new ConnectProxy(place), connection: { uds: { udsName: place.socket } } };
}

function overTcp(folder: string) {
  const place = { host: '192.0.2.40', port: 8131 };
  const ca = new CertificateAuthority(folder, 'egress-ca');
  const server = ca.issue('egress-server', { commonName: 'egress', names: [place.host] });
  const client = ca.issue('egress-client', { commonName: 'kube-apiserver', usage: 'client' });
  chmodSync(client.keyFile, 0o644);
  const tls = { caBundle: ca.certFile, clientCert: client.certFile, clientKey: client.keyFile };
  return {
    place,
    proxy: new ConnectProxy(place, server),
    connection: { tcp: { url: `https://${place.host}:${place.port}`, tlsConfig: tls } },
  };
}
