import { chmodSync, cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnoses, Diagnosis } from '../../../../src/domain/diagnosis.ts';
import type { Cluster } from './cluster.ts';
import { seriesOf } from './exposition.ts';
import { Daemon, until } from './process.ts';

export const EXPORTER_UID = 65_532;
const DIST = new URL('../../../../dist', import.meta.url).pathname;
const PORT = 9944;

export interface ExporterOptions {
  /** Which folder of deploy/ gives its rights; default kubernetes. */
  readonly deploy?: string;
  /** What tells it from others that run beside it. */
  readonly name?: string;
  readonly port?: number;
  readonly args?: readonly string[];
}

/** The bundled exporter as in production: its own user, its own ServiceAccount with the rights of deploy/, its token in a file. */
export class Exporter {
  readonly daemon: Daemon;
  readonly url: string;
  readonly tokenFile: string;

  private constructor(daemon: Daemon, tokenFile: string, url: string) {
    this.daemon = daemon;
    this.tokenFile = tokenFile;
    this.url = url;
  }

  /** Installs the rights and copies the bundle; does not start yet. */
  static async prepare(
    cluster: Cluster,
    config: object = {},
    { deploy = 'kubernetes', name = 'exporter', port = PORT, args = [] }: ExporterOptions = {},
  ): Promise<Exporter> {
    const { kubeconfig, tokenFile } = await cluster.installExporterRights(deploy);
    // Its user may read only what is its own: the bundle goes where it can.
    const program = join(cluster.folder, 'exporter');
    cpSync(DIST, program, { recursive: true });
    writeFileSync(join(program, 'package.json'), '{"type":"module"}');
    chmodSync(tokenFile, 0o644);
    const configFile = join(cluster.folder, `${name}.yaml`);
    // This machine is the cluster's only one: its addresses are the cluster's.
    const { probe, ...rest } = config as { probe?: object };
    writeFileSync(configFile, JSON.stringify({ ...rest, probe: { network: 'cluster', ...probe } }));
    const command = [
      ...['setpriv', `--reuid=${EXPORTER_UID}`, `--regid=${EXPORTER_UID}`, '--clear-groups'],
      ...[process.execPath, join(program, 'main.js'), 'serve'],
      ...['--kubeconfig', kubeconfig, '--config.file', configFile, '--web.listen-address', `127.0.0.1:${port}`],
      ...args,
    ];
    const daemon = new Daemon(name, command, join(cluster.folder, `${name}.log`), { NODE_OPTIONS: '' });
    return new Exporter(daemon, tokenFile, `http://127.0.0.1:${port}`);
  }

  async start(): Promise<void> {
    this.daemon.start();
    await until('the exporter to be ready', 40, async () => {
      if (!this.daemon.running) throw new Error(`the exporter ended:\n${this.daemon.tail()}`);
      return (await fetch(`${this.url}/-/ready`)).status === 200;
    });
  }

  async restart(): Promise<void> {
    await this.daemon.stop();
    await this.start();
  }

  async diagnoses(): Promise<Diagnoses> {
    const answer = await fetch(`${this.url}/api/v1/diagnoses`);
    return (await answer.json()) as Diagnoses;
  }

  async diagnosisOf(api: string): Promise<Diagnosis | undefined> {
    return (await this.diagnoses()).diagnoses.find((diagnosis) => diagnosis.apiservice === api);
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }

  /** Value of one series, by its exact name and some of its labels. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
    return seriesOf(await this.metrics(), name, labels)[0]?.value;
  }
}
