import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * Whether the Host header may ask here. A page of a stranger, open in a browser on this machine, can point its own name at 127.0.0.1 and read
 * what answers there (DNS rebinding). So on a connection over loopback only names of loopback count, addresses, and those that are configured.
 * In a pod, what comes over loopback is a sidecar that passes the name on, and no browser is near.
 */
export function createHostCheck(allowed: readonly string[], inPod: boolean): (request: IncomingMessage) => boolean {
  const names = new Set(['localhost', ...allowed.map((name) => name.toLowerCase())]);
  return ({ headers, socket }) => {
    if (inPod || !isLoopback(socket.localAddress ?? '')) return true;
    const name = hostName(headers.host ?? '');
    return name === '' || names.has(name) || name.endsWith('.localhost') || isIP(name) !== 0;
  };
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** `[::1]:9944` → `::1`, `Harbour.example.com.:80` → `harbour.example.com`. */
function hostName(host: string): string {
  const [, bracketed, plain = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [undefined, undefined, host];
  return (bracketed ?? plain).toLowerCase().replace(/\.$/, '');
}
