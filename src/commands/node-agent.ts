import { type Command, InvalidArgumentError } from 'commander';
import { AGENT_NETWORKS, type AgentNetwork } from '../domain/node-reach.ts';
import { runAgent } from '../reach/agent.ts';
import { createAsker } from '../reach/ask.ts';
import { Exporters } from '../reach/exporters.ts';
import type { Logger } from '../source/logger.ts';
import { keepMemorySmallest } from './memory.ts';

interface NodeAgentFlags {
  readonly reportTo: readonly URL[];
  readonly ca: string;
  readonly token: string;
  readonly node: string;
  readonly network: AgentNetwork;
  readonly allowAddress: readonly string[];
}

/** On each node a process of its own, in as little memory as Node needs: no client of Kubernetes, no server, no library but the one that reads flags. */
export function registerNodeAgent(program: Command): void {
  const repeated =
    <T>(read: (text: string) => T) =>
    (text: string, all: readonly T[] = []) => [...all, read(text)];
  program
    .command('node-agent')
    .description('ask backends from this node, and report to an exporter which can be reached; docs/node-vantage.md')
    .requiredOption(
      '--report-to <url>',
      'https:// URL of an exporter that listens to agents; all addresses of its name are reported to; repeatable',
      repeated(httpsUrl),
    )
    .requiredOption('--ca <path>', 'PEM of the CA that its certificate leads to')
    .requiredOption('--token <path>', 'token of our ServiceAccount, for the audience of the exporter')
    .requiredOption('--node <name>', 'name of the node that we run on, as our token has it')
    .option('--network <network>', `whose network we are on: ${AGENT_NETWORKS.join(' or ')}`, networkFlag, 'host')
    .option(
      '--allow-address <cidr>',
      'may be asked although it is a loopback, link-local or metadata address; repeatable',
      repeated(String),
      [],
    )
    .action(nodeAgent);
}

function httpsUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:') throw new InvalidArgumentError('an https:// URL is allowed');
  return url;
}

function networkFlag(text: string): AgentNetwork {
  const network = AGENT_NETWORKS.find((one) => one === text);
  if (network === undefined) throw new InvalidArgumentError(`allowed are ${AGENT_NETWORKS.join(', ')}`);
  return network;
}

async function nodeAgent({ reportTo, ca, token, node, network, allowAddress }: NodeAgentFlags): Promise<void> {
  keepMemorySmallest();
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const log = lineLogger();
  log.info({ node, network, exporters: reportTo.map(String) }, 'asks and reports');
  const exporters = new Exporters({ urls: reportTo, caFile: ca, tokenFile: token });
  await runAgent({ node, network, asker: createAsker(allowAddress), exporters, log }, stop.signal);
}

/** JSON lines on standard error; what collects them reads those of the exporter too. Nothing in them was said by a backend. */
function lineLogger(): Logger {
  const at = (level: string) => (fields: object, msg: string) =>
    void process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, ...fields, msg })}\n`);
  return { debug: () => {}, info: at('info'), warn: at('warn'), error: at('error') };
}
