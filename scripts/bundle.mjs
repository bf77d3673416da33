// The program as files of JavaScript that need Node and nothing else: memory and start-up halve against unbundled node_modules.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { leaveOut } from './leave-out.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minify: true,
  keepNames: true,
  metafile: true,
  define: { 'process.env.AGGREGATED_API_EXPORTER_VERSION': JSON.stringify(version) },
  plugins: [leaveOut],
  logLevel: 'warning',
};
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Writes main.js and what it loads on demand into a folder; returns esbuild's metafile, with paths from the root of the project. */
export async function bundle(outdir, sourcemap = false) {
  const { metafile } = await build({
    ...COMMON,
    entryPoints: { main: MAIN },
    outdir,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    sourcemap,
    sourcesContent: false,
    legalComments: 'linked',
    // CommonJS packages inside an ES module bundle still call require.
    banner: { js: "#!/usr/bin/env node\nimport{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
  return metafile;
}

/** Writes all of it into one file of CommonJS, as Node's single executables want it; what was loaded on demand is run on demand. */
export async function bundleOneFile(outfile) {
  const { metafile } = await build({ ...COMMON, entryPoints: [MAIN], outfile, format: 'cjs', legalComments: 'none' });
  return metafile;
}

/** What `bundle` would write, without a file. */
export async function measure() {
  const { metafile } = await build({
    ...COMMON,
    entryPoints: { main: MAIN },
    outdir: 'dist',
    splitting: true,
    format: 'esm',
    write: false,
  });
  return metafile;
}
