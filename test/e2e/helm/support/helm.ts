import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { CHART, wholeChart } from '../../../../scripts/chart/assemble.ts';
import { writeArtifacts } from '../../../../src/generate/write-artifacts.ts';
import type { Manifest } from '../../../deploy/manifests.ts';

const BUILD = new URL('../../components/build.sh', import.meta.url).pathname;
export const HELMS = ['helm4', 'helm3'] as const;
export type HelmName = (typeof HELMS)[number];

export const SOURCE = new URL('../../../../deploy/helm', import.meta.url).pathname;
const BIN = execFileSync(BUILD, [...HELMS, 'kubeconform'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();

export interface Answer {
  readonly ok: boolean;
  readonly out: string;
  readonly err: string;
}

/** Runs one of the Helms; never rejects for what it answers. The harness's kubelets live in this process, so nothing may wait in it. */
export function helm(name: HelmName, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return run(name, args, { env });
}

export function kubeconform(args: readonly string[], input: string): Promise<Answer> {
  return run('kubeconform', args, { input });
}

function run(
  name: string,
  args: readonly string[],
  { env = {}, input = '' }: { readonly env?: Readonly<Record<string, string>>; readonly input?: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(BIN, name), args, { env: { ...process.env, ...env } });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject).on('close', (code) => resolve({ ok: code === 0, out, err }));
    child.stdin.end(input);
  });
}

/** Objects of a rendering; without those of hooks. @throws Error with what Helm says. */
export async function template(name: HelmName, chart: string, args: readonly string[]): Promise<Manifest[]> {
  const answer = await helm(name, ['template', CHART, chart, '--namespace', 'monitoring', ...args]);
  if (!answer.ok) throw new Error(answer.err);
  return objectsIn(answer.out);
}

export function objectsIn(text: string): Manifest[] {
  return (loadAll(text) as (Manifest | null)[]).filter((object) => object !== null);
}

/** Writes the whole chart, as `npm run chart` does, and says where. */
export async function writeChart(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'chart-'));
  await writeArtifacts(folder, await wholeChart(), []);
  return join(folder, CHART);
}
