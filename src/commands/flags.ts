import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Config, checkExternalUrl, defaultConfig, parseConfig } from '../config.ts';
import { parseListenAddress } from '../expose/listen-address.ts';
import { readBoundedFile } from '../files/bounded-file.ts';
import { readSignaturesFile } from './signatures-file.ts';

/** Flags that every command that looks at a cluster understands. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly 'config.file'?: string;
}

/** Commander turns `--web.listen-address` into `web.listenAddress`; these are the names that it gives. */
export interface ServeFlags extends ClusterFlags {
  readonly simulate?: string | true;
  readonly 'config.check'?: true;
  readonly 'web.listenAddress'?: readonly string[];
  readonly 'web.config.file'?: string;
  readonly 'web.externalUrl'?: string;
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
    .addOption(new Option('--log.level <level>', 'least severity that is logged').choices(['debug', 'info', 'warn', 'error']))
    .addOption(new Option('--log.format <format>', 'of our own log').choices(['logfmt', 'json']));
}

/** The configuration file with the flags over it. @throws Error that lists everything that is wrong, one problem a line. */
export function configFrom(flags: ServeFlags | ClusterFlags, extraFile?: string): Config {
  const serve = flags as ServeFlags;
  const problems: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  const file = flags['config.file'] ?? extraFile;
  const config = file === undefined ? defaultConfig() : attempt(() => configFromFile(file));
  const externalUrl = serve['web.externalUrl'];
  if (externalUrl !== undefined) attempt(() => checkExternalUrl('--web.external-url', externalUrl));
  for (const address of serve['web.listenAddress'] ?? []) attempt(() => parseListenAddress(address));
  if (!config || problems.length > 0) throw new Error(problems.join('\n'));
  return {
    ...config,
    web: webSettings(config.web, serve),
    log: {
      level: serve['log.level'] ?? config.log.level,
      format: serve['log.format'] ?? config.log.format,
    },
  };
}

function webSettings(web: Config['web'], flags: ServeFlags): Config['web'] {
  const { 'web.listenAddress': addresses, 'web.config.file': file, 'web.externalUrl': externalUrl } = flags;
  return {
    ...web,
    ...(addresses && { listen_addresses: [...addresses] }),
    ...(file !== undefined && { config_file: file }),
    ...(externalUrl !== undefined && { external_url: externalUrl }),
  };
}

function configFromFile(file: string): Config {
  let text: string;
  try {
    text = readBoundedFile(file);
  } catch (error) {
    throw new Error(`--config.file ${file} can't be read: ${(error as Error).message}`);
  }
  const result = parseConfig(text);
  if ('config' in result) {
    // It is part of the configuration: a fault in it is told before anything starts.
    if (result.config.logs.signatures_file !== undefined) readSignaturesFile(result.config.logs.signatures_file);
    return result.config;
  }
  throw new Error(`${file} is not a valid configuration:\n  ${result.problems.join('\n  ')}`);
}

/** `--for`: a duration in milliseconds. */
export function forOption(says: string, standard: string): Option {
  return new Option('--for <duration>', says).argParser(durationFlag).default(durationFlag(standard), standard);
}

/** `30s`, `2m` → milliseconds. Commander names flag and value itself. */
function durationFlag(text: string): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(text);
  if (!match) throw new InvalidArgumentError('a duration such as 30s or 2m is allowed');
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] as 'ms' | 's' | 'm' | 'h'];
}
