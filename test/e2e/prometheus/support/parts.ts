import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../support/free-port.ts';
import { Daemon, until } from '../../cluster/harness/process.ts';

/** One program of the proof: its own folder, port and log, ended by its pid. */
export interface Part {
  readonly url: string;
  readonly daemon: Daemon;
}

/** @param ready The path that answers 200 once the program can be used. */
async function start(name: string, command: readonly string[], port: number, folder: string, ready = '/-/ready'): Promise<Part> {
  const daemon = new Daemon(name, command, join(folder, `${name}.log`), { NODE_OPTIONS: '' });
  daemon.start();
  const url = `http://127.0.0.1:${port}`;
  await until(`${name} to be ready`, 60, async () => {
    if (!daemon.running) throw new Error(`${name} ended:\n${daemon.tail()}`);
    return (await fetch(url + ready)).status === 200;
  });
  return { url, daemon };
}

const MAIN = new URL('../../../../dist/main.js', import.meta.url).pathname;

/** The bundled exporter. @param kubeconfig undefined where the configuration names the clusters. @param config as in its configuration file. */
export async function startExporter(folder: string, kubeconfig: string | undefined, config: object): Promise<Part> {
  const port = await freePort();
  const configFile = join(folder, 'exporter.yaml');
  writeFileSync(configFile, JSON.stringify(config));
  const command = [
    process.execPath,
    MAIN,
    'serve',
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    '--config.file',
    configFile,
  ];
  return start('exporter', [...command, '--web.listen-address', `127.0.0.1:${port}`], port, folder);
}

type Command = readonly [program: string, ...flags: string[]];

/** @param config as in prometheus.yml; JSON is YAML. @param command Debian's program unless another one is given, with more flags. */
export async function startPrometheus(
  folder: string,
  name: string,
  config: object,
  [program, ...flags]: Command = ['prometheus'],
): Promise<Part> {
  const port = await freePort();
  const configFile = join(folder, `${name}.yaml`);
  writeFileSync(configFile, JSON.stringify(config));
  const command = [program, ...flags, `--config.file=${configFile}`, `--storage.tsdb.path=${join(folder, name)}`];
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

/**
 * VictoriaMetrics, a single node that scrapes, and vmalert, which evaluates the rules on it: both with what they do by default (a query
 * sees nothing of the last 30 s, and a rule is evaluated 30 s late).
 * @param config as in prometheus.yml; `global.evaluation_interval` is refused. @param evaluate Interval of groups that name none.
 */
export async function startVictoriaMetrics(
  folder: string,
  config: object,
  {
    program,
    ruleFiles,
    evaluate,
  }: { readonly program: (name: string) => string; readonly ruleFiles: readonly string[]; readonly evaluate: string },
): Promise<{ readonly database: Part; readonly alerts: Part }> {
  const name = 'victoria-metrics';
  const port = await freePort();
  const configFile = join(folder, `${name}.yaml`);
  writeFileSync(configFile, JSON.stringify(config));
  const command = [program(name), `-promscrape.config=${configFile}`, `-storageDataPath=${join(folder, name)}`];
  const database = await start(name, [...command, `-httpListenAddr=127.0.0.1:${port}`], port, folder, '/health');
  const alertPort = await freePort();
  const urls = ['datasource', 'remoteRead', 'remoteWrite'].map((flag) => `-${flag}.url=${database.url}`);
  const rules = ruleFiles.map((file) => `-rule=${file}`);
  const vmalert = [program('vmalert'), ...rules, ...urls, '-notifier.blackhole', `-evaluationInterval=${evaluate}`];
  const alerts = await start('vmalert', [...vmalert, `-httpListenAddr=127.0.0.1:${alertPort}`], alertPort, folder, '/health');
  return { database, alerts };
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
