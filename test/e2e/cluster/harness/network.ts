import { execFileSync } from 'node:child_process';

export const POD_NETWORK = '10.245.0.0/16';
export const SERVICE_NETWORK = '10.96.0.0/16';
/** RFC 5737 documentation space. */
export const NODE_NETWORK = '192.0.2.0/24';

/**
 * The suite runs in a network namespace of its own (`npm run e2e` makes it), so addresses, ports and packet filters are
 * nobody else's and vanish with it. Every pod, node and Service address is local there (Linux's AnyIP).
 */
export function bringUp(): void {
  run('ip', ['link', 'set', 'lo', 'up']);
  for (const network of [POD_NETWORK, SERVICE_NETWORK, NODE_NETWORK]) run('ip', ['route', 'replace', 'local', network, 'dev', 'lo']);
}

export interface PacketFilter {
  /** Destination address. */
  readonly to: string;
  readonly action: 'drop' | 'refuse' | 'unreachable';
  /** Only packets of this user's processes. */
  readonly uid?: number;
  /** Share of packets that it hits, 0 to 1; everything when absent. */
  readonly share?: number;
  /** Only packets of connections that stand. */
  readonly standing?: boolean;
}

/** Installs the filter; the function takes it away again. */
export function filter(rule: PacketFilter): () => void {
  const match = ['OUTPUT', '-d', rule.to, '-p', 'tcp'];
  if (rule.standing) match.push('-m', 'conntrack', '--ctstate', 'ESTABLISHED');
  if (rule.uid !== undefined) match.push('-m', 'owner', '--uid-owner', String(rule.uid));
  if (rule.share !== undefined) match.push('-m', 'statistic', '--mode', 'random', '--probability', String(rule.share));
  const target = {
    drop: ['-j', 'DROP'],
    refuse: ['-j', 'REJECT', '--reject-with', 'tcp-reset'],
    unreachable: ['-j', 'REJECT', '--reject-with', 'icmp-host-unreachable'],
  }[rule.action];
  run('iptables', ['-w', '-I', ...match, ...target]);
  return () => run('iptables', ['-w', '-D', ...match, ...target]);
}

/** Sends connections for one address and port to another one (a delaying proxy). Packets of `exceptUid` pass. */
export function redirect(from: Destination, to: Destination, exceptUid: number): () => void {
  const rule = [
    ...['OUTPUT', '-d', from.address, '-p', 'tcp', '--dport', String(from.port), '-m', 'owner', '!', '--uid-owner', String(exceptUid)],
    ...['-j', 'DNAT', '--to-destination', `${to.address}:${to.port}`],
  ];
  run('iptables', ['-w', '-t', 'nat', '-I', ...rule]);
  return () => run('iptables', ['-w', '-t', 'nat', '-D', ...rule]);
}

export interface Destination {
  readonly address: string;
  readonly port: number;
}

/** Replaces the Service chain: what kube-proxy would program. A Service without a backend refuses, as local routes do. */
export function programServices(services: readonly { readonly from: Destination; readonly to: readonly Destination[] }[]): void {
  const lines = ['*nat', ':SERVICES - [0:0]', '-F SERVICES'];
  for (const { from, to } of services)
    to.forEach((backend, i) => {
      const share = i < to.length - 1 ? `-m statistic --mode random --probability ${(1 / (to.length - i)).toFixed(5)} ` : '';
      lines.push(
        `-A SERVICES -d ${from.address} -p tcp --dport ${from.port} ${share}-j DNAT --to-destination ${backend.address}:${backend.port}`,
      );
    });
  execFileSync('iptables-restore', ['-w', '--noflush'], {
    input: `${[...lines, 'COMMIT'].join('\n')}\n`,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  try {
    run('iptables', ['-w', '-t', 'nat', '-C', 'OUTPUT', '-j', 'SERVICES']);
  } catch {
    run('iptables', ['-w', '-t', 'nat', '-A', 'OUTPUT', '-j', 'SERVICES']);
  }
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
}
