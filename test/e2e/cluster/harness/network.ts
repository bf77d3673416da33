import { execFileSync } from 'node:child_process';

export const POD_NETWORK = '10.245.0.0/16';
export const SERVICE_NETWORK = '10.96.0.0/16';
/** RFC 4193 unique local space, of a cluster of both families. */
export const POD_NETWORK_6 = 'fd00:10:245::/64';
export const SERVICE_NETWORK_6 = 'fd00:10:96::/112';
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

/** The same for IPv6, where a cluster has it. */
export function bringUpIPv6(): void {
  for (const network of [POD_NETWORK_6, SERVICE_NETWORK_6]) run('ip', ['-6', 'route', 'replace', 'local', network, 'dev', 'lo']);
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
  /** `mangle`: before a ClusterIP is turned into the address of a pod. Drops only. Default filter. */
  readonly table?: 'mangle';
}

/** Installs the filter; the function takes it away again. */
export function filter(rule: PacketFilter): () => void {
  const tool = toolOf(rule.to);
  const table = rule.table ? ['-t', rule.table] : [];
  const match = ['OUTPUT', '-d', rule.to, '-p', 'tcp'];
  if (rule.standing) match.push('-m', 'conntrack', '--ctstate', 'ESTABLISHED');
  if (rule.uid !== undefined) match.push('-m', 'owner', '--uid-owner', String(rule.uid));
  if (rule.share !== undefined) match.push('-m', 'statistic', '--mode', 'random', '--probability', String(rule.share));
  const target = {
    drop: ['-j', 'DROP'],
    refuse: ['-j', 'REJECT', '--reject-with', 'tcp-reset'],
    unreachable: ['-j', 'REJECT', '--reject-with', 'icmp-host-unreachable'],
  }[rule.action];
  run(tool, ['-w', ...table, '-I', ...match, ...target]);
  return () => run(tool, ['-w', ...table, '-D', ...match, ...target]);
}

const toolOf = (address: string): string => (address.includes(':') ? 'ip6tables' : 'iptables');

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

export interface Programmed {
  readonly from: Destination;
  readonly to: readonly Destination[];
}

/** Replaces the Service chain: what kube-proxy would program. A Service without a backend refuses, as local routes do. */
export function programServices(services: readonly Programmed[]): void {
  const ofTool = (tool: string) => services.filter(({ from }) => toolOf(from.address) === tool);
  program('iptables', ofTool('iptables'));
  if (ofTool('ip6tables').length > 0) program('ip6tables', ofTool('ip6tables'));
}

function program(tool: string, services: readonly Programmed[]): void {
  const place = ({ address, port }: Destination) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
  const lines = ['*nat', ':SERVICES - [0:0]', '-F SERVICES'];
  for (const { from, to } of services)
    to.forEach((backend, i) => {
      const share = i < to.length - 1 ? `-m statistic --mode random --probability ${(1 / (to.length - i)).toFixed(5)} ` : '';
      lines.push(`-A SERVICES -d ${from.address} -p tcp --dport ${from.port} ${share}-j DNAT --to-destination ${place(backend)}`);
    });
  execFileSync(`${tool}-restore`, ['-w', '--noflush'], {
    input: `${[...lines, 'COMMIT'].join('\n')}\n`,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  try {
    run(tool, ['-w', '-t', 'nat', '-C', 'OUTPUT', '-j', 'SERVICES']);
  } catch {
    run(tool, ['-w', '-t', 'nat', '-A', 'OUTPUT', '-j', 'SERVICES']);
  }
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
}
