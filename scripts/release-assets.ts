// Writes what a release has beside the source: npm run release:assets -- [FOLDER] [--base FOLDER] [--url URL] [--node ARCHITECTURE=FILE]…
import { parseArgs } from 'node:util';
import { writeRelease } from './packaging/release.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    base: { type: 'string' },
    file: { type: 'string' },
    url: { type: 'string' },
    node: { type: 'string', multiple: true, default: [] },
  },
});
const own = process.arch === 'x64' ? 'amd64' : process.arch;
const nodes = new Map([[own, process.execPath], ...values.node.map(nodeOf)]);
const [folder = 'release/assets'] = positionals;
const leftOut = await writeRelease(folder, { base: values.base, dockerfile: values.file, url: values.url, nodes });
process.stderr.write(`written to ${folder}: attach the files to the release\n`);
for (const what of leftOut) process.stderr.write(`left out: ${what}\n`);

function nodeOf(text: string): [string, string] {
  const [, architecture, file] = /^(amd64|arm64)=(.+)$/.exec(text) ?? [];
  if (architecture === undefined || file === undefined) throw new Error(`--node ${text}: amd64=FILE or arm64=FILE is allowed`);
  return [architecture, file];
}
