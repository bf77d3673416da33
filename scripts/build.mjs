// Bundles the whole program into dist/, or into the folder that is named: memory and start-up halve against unbundled node_modules.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { leaveOut } from './leave-out.mjs';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const OUT = process.argv[2] ?? 'dist';

const { metafile } = await build({
  entryPoints: { main: fileURLToPath(new URL('../src/main.ts', import.meta.url)) },
  outdir: OUT,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  keepNames: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'linked',
  metafile: true,
  define: { 'process.env.AGGREGATED_API_EXPORTER_VERSION': JSON.stringify(version) },
  // CommonJS packages inside an ES module bundle still call require.
  banner: { js: "#!/usr/bin/env node\nimport{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  plugins: [leaveOut],
  logLevel: 'warning',
});

// What earlier builds left goes last: at no moment is dist/ without a program that runs.
const made = new Set(Object.keys(metafile.outputs).map((path) => relative(OUT, path)));
for (const entry of readdirSync(OUT, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !made.has(relative(OUT, path))) rmSync(path, { force: true });
}
