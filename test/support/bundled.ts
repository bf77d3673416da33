import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { madeOnce } from './once-per-run.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What tests run in processes of their own: a process that reads it as TypeScript takes a second to start. They share what they import. */
const MODULES = [
  'src/commands/logger.ts',
  'src/commands/state-file.ts',
  'src/commands/uncaught.ts',
  'src/source/context.ts',
  'test/commands/incident-writer.ts',
] as const;

/** One of these modules as JavaScript that needs nothing but Node: its URL. */
export function bundled(module: (typeof MODULES)[number]): URL {
  const folder = madeOnce('modules', (outdir) => {
    writeFileSync(join(outdir, 'package.json'), '{"type": "module"}');
    buildSync({
      absWorkingDir: ROOT,
      entryPoints: [...MODULES],
      outbase: ROOT,
      outdir,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      logLevel: 'warning',
      // CommonJS packages inside an ES module bundle still call require.
      banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    });
  });
  return pathToFileURL(join(folder, module.replace(/\.ts$/, '.js')));
}
