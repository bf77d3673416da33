import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tarChunks } from '../image/tar.ts';
import { prepareProgram, writeExecutable } from './executable.ts';
import { BINARY, krewManifest, PLUGIN, type PluginArchive } from './manifest.ts';

export interface Release {
  readonly version: string;
  /** Of all files in the archives, in seconds. */
  readonly time: number;
  /** The folder that `npm run app` wrote. */
  readonly app: string;
  /** Where the archives will be downloaded from. */
  readonly url: string;
}

/** By architecture as Go names it: the file of a Node for Linux, all of one version. */
export type Nodes = ReadonlyMap<string, string>;

const OUR_LICENCES = ['LICENSE', 'THIRD-PARTY-LICENSES.txt'];
/** Where a Node's own licence lies, from the folder of its binary: its archive, and Debian's package. */
const NODE_LICENCES = ['../LICENSE', '../share/doc/nodejs/LICENSE', 'LICENSE'];

/** Writes an archive per architecture, and the manifest for krew, into a folder; returns their names. */
export async function writePluginArchives(into: string, { version, time, app, url }: Release, nodes: Nodes): Promise<string[]> {
  const program = await prepareProgram();
  mkdirSync(into, { recursive: true });
  const archives: PluginArchive[] = [];
  for (const [architecture, node] of nodes) {
    const packed = await pack(program, node, { app, time });
    const file = `${BINARY}-${version}-linux-${architecture}.tar.gz`;
    writeFileSync(join(into, file), packed);
    archives.push({ architecture, file, sha256: createHash('sha256').update(packed).digest('hex') });
  }
  writeFileSync(join(into, `${PLUGIN}.yaml`), krewManifest(version, url, archives));
  return [...archives.map(({ file }) => file), `${PLUGIN}.yaml`];
}

async function pack(program: Buffer, node: string, { app, time }: Pick<Release, 'app' | 'time'>): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'plugin-'));
  try {
    const binary = join(folder, BINARY);
    await writeExecutable(program, node, binary);
    const entries = [
      ...OUR_LICENCES.map((path) => ({ path, content: () => readFileSync(join(app, path)) })),
      { path: 'NODE-LICENSE.txt', content: () => readFileSync(licenceOf(node)) },
      { path: BINARY, content: () => readFileSync(binary), mode: 0o755 },
    ];
    return gzipSync(Buffer.concat([...tarChunks(entries, time)]), { level: 9 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function licenceOf(node: string): string {
  const places = NODE_LICENCES.map((path) => resolve(dirname(node), path));
  const found = places.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${node} is to be handed on, and its licence is nowhere: looked at ${places.join(', ')}`);
  return found;
}
