import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../support/free-port.ts';
import { Daemon, until } from '../../cluster/harness/process.ts';

/** One program of the proof: its own folder, port and log, ended by its pid. */
export interface Part {
  readonly url: string;
  readonly daemon: Daemon;
}

async function start(name: string, command: readonly string[], port: number, folder: string): Promise<Part> {
  const daemon = new Daemon(name, command, join(folder, `${name}.log`), { NODE_OPTIONS: '' });
  daemon.start();
  const url = `http://127.0.0.1:${port}`;
  await until(`${name} to be ready`, 60, async () => {
    if (!daemon.running) throw new Error(`${name} ended:\n${daemon.tail()}`);
    return (await fetch(`${url}/-/ready`)).status === 200;
  });
  return { url, daemon };
}

const MAIN = new URL('../../../../dist/main.js', import.meta.url).pathname;

/** The bundled exporter. @param config as in its configuration file. */
export async function startExporter(folder: string, kubeconfig: string, config: object): Promise<Part> {
  const port = await freePort();
  const configFile = join(folder, 'exporter.yaml');
  writeFileSync(configFile, JSON.stringify(config));
  const command = [process.execPath, MAIN, 'serve', '--kubeconfig', kubeconfig, '--config.file', configFile];
  return start('exporter', [...command, '--web.listen-address', `127.0.0.1:${port}`], port, folder);
}

/** Debian's Prometheus. @param config as in prometheus.yml; JSON is YAML. */
export async function startPrometheus(folder: string, name: string, config: object): Promise<Part> {
  const port = await freePort();
  const configFile = join(folder, `${name}.yaml`);
  writeFileSync(configFile, JSON.stringify(config));
  const command = ['prometheus', `--config.file=${configFile}`, `--storage.tsdb.path=${join(folder, name)}`];
  return start(name, [...command, `--web.listen-address=127.0.0.1:${port}`], port, folder);
}

/** Debian's Alertmanager, alone: without gossip. */
export async function startAlertmanager(folder: string, config: string): Promise<Part> {
  const port = await freePort();
  const configFile = join(folder, 'alertmanager.yaml');
  writeFileSync(configFile, config);
  const command = ['prometheus-alertmanager', `--config.file=${configFile}`, `--storage.path=${join(folder, 'alertmanager')}`];
  return start('alertmanager', [...command, `--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address='], port, folder);
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An instant query. @throws Error with what Prometheus says about the expression. */
export async function query({ url }: Part, expr: string): Promise<readonly Sample[]> {
  const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: expr }) });
  const body = (await answer.json()) as {
    error?: string;
    data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  if (!body.data) throw new Error(`${expr}: ${body.error}`);
  return body.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
}
