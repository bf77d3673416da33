// Bundles the whole program into dist/, or into the folder that is named.
import { readdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = resolve(process.argv[2] ?? 'dist');

const { outputs } = await bundle(OUT, 'linked');

// What earlier builds left goes last: at no moment is dist/ without a program that runs.
const made = new Set(Object.keys(outputs).map((path) => relative(OUT, resolve(ROOT, path))));
for (const entry of readdirSync(OUT, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !made.has(relative(OUT, path))) rmSync(path, { force: true });
}
