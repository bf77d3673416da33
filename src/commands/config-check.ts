import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../config.ts';
import { kindOf } from '../files/bounded-file.ts';
import { loadKubeConfig } from '../kube/kube-config.ts';
import { serveConfigFrom } from './configuration.ts';
import type { ClusterFlags, ServeFlags } from './flags.ts';
import { leaseNamespace } from './replicas.ts';

/** Everything that would keep `serve` with these flags from starting, but for what only the cluster and the ports tell. @throws Error that lists it. */
export async function checkConfiguration(flags: ServeFlags): Promise<void> {
  const problems: string[] = [];
  const check = <T>(what: () => T): T | undefined => {
    try {
      return what();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  const config = check(() => serveConfigFrom(flags));
  // What a flag names is looked at also when the file is not well.
  const webFile = config ? config.web.config_file : flags['web.config.file'];
  if (webFile !== undefined) {
    const { checkWebConfig } = await import('../expose/web-security.ts');
    check(() => checkWebConfig(webFile));
  }
  const stateFile = config?.diagnosis.state_file;
  if (stateFile !== undefined) check(() => checkKeptFile('diagnosis.state_file', stateFile));
  const incidentFile = config ? config.incidents.file : flags['incidents.file'];
  if (incidentFile !== undefined) check(() => checkKeptFile('incidents.file', incidentFile));
  if (config) check(() => leaseNamespace(config.leader_election));
  for (const { whose, cluster } of namedClusters(flags, config)) check(() => checkKubeConfig(cluster, whose));
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function namedClusters(flags: ServeFlags, config: Config | undefined): { readonly whose: string; readonly cluster: ClusterFlags }[] {
  const several = (config?.clusters ?? []).map((cluster, at) => ({ whose: `clusters.${at} (${cluster.name}): `, cluster }));
  return flags.simulate === undefined ? [{ whose: '', cluster: flags }, ...several] : several;
}

/** One that is only found, and not named, may come later. @throws Error when it can not be used. @param whose it is, for the message. */
function checkKubeConfig({ kubeconfig, context }: ClusterFlags, whose: string): void {
  if (kubeconfig === undefined && context === undefined) return;
  try {
    loadKubeConfig({ ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) });
  } catch (error) {
    throw new Error(`${whose}${(error as Error).message}`, { cause: error });
  }
}

function checkKeptFile(name: string, file: string): void {
  const setting = `${name} ${JSON.stringify(file)}`;
  const facts = statSync(file, { throwIfNoEntry: false });
  if (facts && !facts.isFile()) throw new Error(`${setting} is ${kindOf(facts)}; a regular file, or none yet, is allowed`);
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch {
    throw new Error(`${setting}: the folder ${dirname(file)} can't be written; an existing folder that can be is allowed`);
  }
}
