import { chmodSync, cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnoses, Diagnosis } from '../../../../src/domain/diagnosis.ts';
import type { Cluster } from './cluster.ts';
import { seriesOf } from './exposition.ts';
import { Daemon, until } from './process.ts';

export const EXPORTER_UID = 65_532;
const DIST = new URL('../../../../dist', import.meta.url).pathname;
const PORT = 9944;

/** The bundled exporter as in production: its own user, its own ServiceAccount with the rights of deploy/, its token in a file. */
export class Exporter {
  readonly daemon: Daemon;
  readonly url = `http://127.0.0.1:${PORT}`;
  readonly tokenFile: string;

  private constructor(daemon: Daemon, tokenFile: string) {
    this.daemon = daemon;
    this.tokenFile = tokenFile;
  }

  /** Installs the rights and copies the bundle; does not start yet. */
  static async prepare(cluster: Cluster, config: object = {}): Promise<Exporter> {
    const { kubeconfig, tokenFile } = await cluster.installExporterRights();
    // Its user may read only what is its own: the bundle goes where it can.
    const program = join(cluster.folder, 'exporter');
    cpSync(DIST, program, { recursive: true });
    writeFileSync(join(program, 'package.json'), '{"type":"module"}');
    chmodSync(tokenFile, 0o644);
    const configFile = join(cluster.folder, 'exporter.yaml');
    // This machine is the cluster's only one: its addresses are the cluster's.
    const { probe, ...rest } = config as { probe?: object };
    writeFileSync(configFile, JSON.stringify({ ...rest, probe: { network: 'cluster', ...probe } }));
    const command = [
      ...['setpriv', `--reuid=${EXPORTER_UID}`, `--regid=${EXPORTER_UID}`, '--clear-groups'],
      ...[process.execPath, join(program, 'main.js'), 'serve'],
      ...['--kubeconfig', kubeconfig, '--config.file', configFile, '--web.listen-address', `127.0.0.1:${PORT}`],
    ];
    return new Exporter(new Daemon('exporter', command, join(cluster.folder, 'exporter.log'), { NODE_OPTIONS: '' }), tokenFile);
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
