import { type Config, checkExternalUrl, defaultConfig, parseConfig } from '../config.ts';
import { parseShard, SHARD_ALLOWED, type Shard } from '../domain/shard.ts';
import { parseListenAddress } from '../expose/listen-address.ts';
import { readBoundedFile } from '../files/bounded-file.ts';
import type { ClusterFlags, ServeFlags } from './flags.ts';
import { readSignaturesFile } from './signatures-file.ts';

/** The configuration by which `serve` runs. @throws Error as `configFrom`, and of what does not go together with several clusters. */
export function serveConfigFrom(flags: ServeFlags, extraFile?: string): Config {
  const config = configFrom(flags, extraFile);
  const problems = againstSeveral(config, flags);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return config;
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
  const shard = attempt(() => shardFlag(serve.shard));
  for (const address of serve['web.listenAddress'] ?? []) attempt(() => parseListenAddress(address));
  if (!config || problems.length > 0) throw new Error(problems.join('\n'));
  return {
    ...config,
    web: webSettings(config.web, serve),
    apis: { ...config.apis, ...(shard && { shard }) },
    incidents: { ...config.incidents, ...(serve['incidents.file'] !== undefined && { file: serve['incidents.file'] }) },
    leader_election: electionSettings(config.leader_election, serve),
    log: {
      level: serve['log.level'] ?? config.log.level,
      format: serve['log.format'] ?? config.log.format,
    },
  };
}

/** What does not go together with several clusters. */
function againstSeveral({ clusters, leader_election, node_agents }: Config, flags: ServeFlags): string[] {
  if (clusters.length === 0) return [];
  const problems: string[] = [];
  if (leader_election.enabled)
    problems.push(
      'leader_election.enabled: a Lease is of one cluster, and this process would lead in some and follow in others; false is allowed with clusters',
    );
  if (node_agents.listen_address !== undefined)
    problems.push(
      'node_agents.listen_address: agents are of one cluster, whose kube-apiserver knows their tokens; allowed without clusters only',
    );
  for (const flag of ['kubeconfig', 'context', 'simulate'] as const)
    if (flags[flag] !== undefined) problems.push(`--${flag}: the configuration names the clusters; allowed without clusters only`);
  return problems;
}

/** @throws Error that says what is allowed. */
function shardFlag(text: string | undefined): Shard | undefined {
  const shard = text === undefined ? undefined : parseShard(text);
  if (text !== undefined && !shard) throw new Error(`--shard ${JSON.stringify(text)}: ${SHARD_ALLOWED}`);
  return shard;
}

function electionSettings(election: Config['leader_election'], flags: ServeFlags): Config['leader_election'] {
  const { leaderElection: enabled, 'leaderElection.name': name } = flags;
  return { ...election, ...(enabled && { enabled }), ...(name !== undefined && { name }) };
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
