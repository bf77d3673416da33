import type { Config } from '../config.ts';
import { parseListenAddress } from '../expose/listen-address.ts';
import type { KubeClient } from '../kube/api.ts';
import { createAgentIdentities } from '../reach/identity.ts';
import { type AgentListener, listenToAgents } from '../reach/listener.ts';
import { type AgentReports, createAgentReports } from '../reach/reports.ts';
import type { Logger } from '../source/logger.ts';

/** Agents on nodes, as this exporter hears them. */
export interface NodeAgents {
  readonly reports: AgentReports;
  /** Rejects when the address or the certificate is not to be had. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

export interface NodeAgentsInput {
  readonly config: Config;
  readonly client: () => Pick<KubeClient, 'request'>;
  readonly log: Logger;
  /** An agent sees something else than before. */
  readonly onChange: () => void;
}

/** Undefined where none are listened to. */
export function createNodeAgents({ config, client, log, onChange }: NodeAgentsInput): NodeAgents | undefined {
  const { listen_address, cert_file, key_file, service_account, audience, interval } = config.node_agents;
  if (listen_address === undefined || cert_file === undefined || key_file === undefined || service_account === undefined) return undefined;
  const reports = createAgentReports({ intervalMs: interval, timeoutMs: config.probe.timeout, onChange });
  let listener: AgentListener | undefined;
  return {
    reports,
    async listen() {
      listener = await listenToAgents({
        ...parseListenAddress(listen_address),
        certFile: cert_file,
        keyFile: key_file,
        identify: createAgentIdentities(client, { serviceAccount: service_account, audience }),
        reports,
        log,
      });
      log.info({ port: listener.port, serviceAccount: service_account }, 'listens to agents on nodes');
    },
    close: async () => listener?.close(),
  };
}
