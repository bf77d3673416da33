import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { CHART, wholeChart } from '../chart/assemble.ts';
import { ruleAssets } from '../release-files.ts';
import { layOutApp, projectManifest } from './app.ts';
import { tarChunks, withFolders } from './image/tar.ts';
import { pullCommand, writeImage } from './image/write.ts';
import { type Nodes, writePluginArchives } from './plugin/archives.ts';
import { sourceTime } from './source-time.ts';

const run = promisify(execFile);
/** Of sha256sum: `sha256sum --check SHA256SUMS` in the folder of the files. */
const CHECKSUMS = 'SHA256SUMS';

export interface Wanted {
  /** The layout of the image's base. */
  readonly base?: string | undefined;
  /** Another Dockerfile than the project's own. */
  readonly dockerfile?: string | undefined;
  /** Where the release will be downloaded from. */
  readonly url?: string | undefined;
  readonly nodes: Nodes;
}

/**
 * Writes what a release has beside the source into an empty folder, with checksums. What cannot be made without a base or an address is left out,
 * and is returned with the reason.
 */
export async function writeRelease(folder: string, wanted: Wanted): Promise<readonly string[]> {
  const out = resolve(folder);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'release-'));
  try {
    const app = join(work, 'app');
    await layOutApp(app);
    for (const { path, content } of await ruleAssets()) writeFileSync(join(out, path), content);
    await writePackage(out, app);
    await writeChart(out);
    const leftOut = await writeWanted(out, app, wanted);
    writeFileSync(
      join(out, CHECKSUMS),
      readdirSync(out)
        .sort()
        .map((file) => checksum(out, file))
        .join(''),
    );
    return leftOut;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function writeWanted(out: string, app: string, { base, dockerfile, url, nodes }: Wanted): Promise<string[]> {
  const { version } = projectManifest();
  const leftOut: string[] = [];
  if (base === undefined) leftOut.push(`the image: --base FOLDER is missing, see ${pullCommand(dockerfile)}`);
  else writeImage(join(out, `aggregated-api-exporter-image-${version}.tar`), { base, app, dockerfile });
  if (url === undefined) leftOut.push('the plugin of kubectl: --url is missing, from where its archives will be downloaded');
  else await writePluginArchives(out, { version, time: sourceTime(), app, url }, nodes);
  return leftOut;
}

/** The package for npm, under a name of its own: the chart's has the same by custom. And its bill of materials, for those who look before they install. */
async function writePackage(out: string, app: string): Promise<void> {
  const { version } = projectManifest();
  const { stdout } = await run('npm', ['pack', app, '--pack-destination', out, '--json']);
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  renameSync(join(out, packed?.filename ?? ''), join(out, `aggregated-api-exporter-npm-${version}.tgz`));
  copyFileSync(join(app, 'sbom.cdx.json'), join(out, `aggregated-api-exporter-${version}.cdx.json`));
}

async function writeChart(out: string): Promise<void> {
  const files = (await wholeChart()).map(({ path, content }) => ({ path, content: () => Buffer.from(content) }));
  const archive = Buffer.concat([...tarChunks(withFolders(files), sourceTime())]);
  writeFileSync(join(out, `${CHART}-chart-${projectManifest().version}.tgz`), gzipSync(archive, { level: 9 }));
}

function checksum(folder: string, file: string): string {
  return `${createHash('sha256')
    .update(readFileSync(join(folder, file)))
    .digest('hex')}  ${file}\n`;
}
