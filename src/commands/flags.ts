import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../config.ts';

/** Flags that every command that looks at a cluster understands. */
export interface ClusterFlags {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly 'config.file'?: string;
}

/** Commander turns `--web.listen-address` into `web.listenAddress`; these are the names that it gives. */
export interface ServeFlags extends ClusterFlags {
  readonly simulate?: string | true;
  readonly 'config.check'?: true;
  readonly 'web.listenAddress'?: readonly string[];
  readonly 'web.config.file'?: string;
  readonly 'web.externalUrl'?: string;
  readonly 'incidents.file'?: string;
  readonly shard?: string;
  readonly leaderElection?: true;
  readonly 'leaderElection.name'?: string;
  readonly 'log.level'?: Config['log']['level'];
  readonly 'log.format'?: Config['log']['format'];
}

export function withClusterFlags(command: Command): Command {
  return command
    .option('--kubeconfig <path>', 'kubeconfig file; default: $KUBECONFIG, ~/.kube/config, or the pod that we run in')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--config.file <path>', 'configuration, see docs/configuration.md');
}

export function withServeFlags(command: Command): Command {
  return withClusterFlags(command)
    .option('--simulate [scenario]', 'serve a simulated cluster: demo (default) or quiet')
    .option('--config.check', 'validate the configuration and exit')
    .option('--web.listen-address <address>', 'where to listen; repeatable (default :9944)', (value, all: string[] = []) => [...all, value])
    .option('--web.external-url <url>', 'where people open the pages, e.g. behind a reverse proxy: its path stands before every link')
    .option('--web.config.file <path>', "TLS and basic authentication, in the format of Prometheus's exporter-toolkit")
    .option('--incidents.file <path>', 'where incidents are kept over a restart; without it they are kept in memory')
    .option('--shard <i/n>', 'watch only the APIs that fall to shard i of n, counted from 0: n exporters watch them all; docs/scale.md')
    .option('--leader-election', 'there are several replicas: one is elected by a Lease, reads the logs for all, and alone writes files')
    .option('--leader-election.name <name>', 'name of that Lease (default aggregated-api-exporter-leader)')
    .addOption(new Option('--log.level <level>', 'least severity that is logged').choices(['debug', 'info', 'warn', 'error']))
    .addOption(new Option('--log.format <format>', 'of our own log').choices(['logfmt', 'json']));
}

/** `--for`: a duration in milliseconds. */
export function forOption(says: string, standard: string): Option {
  return new Option('--for <duration>', says).argParser(durationFlag).default(durationFlag(standard), standard);
}

/** `--history`: a duration in milliseconds. */
export function historyOption(): Option {
  return new Option('--history <duration>', 'what a running exporter remembers of so long, e.g. 24h or 7d, instead of looking').argParser(
    durationFlag,
  );
}

/** `30s`, `2m` → milliseconds. Commander names flag and value itself. */
function durationFlag(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  if (!match) throw new InvalidArgumentError('a duration such as 30s or 2m is allowed');
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] as 'ms' | 's' | 'm' | 'h' | 'd'];
}
