// Writes the image without a container engine: npm run image -- --base FOLDER --out FILE [--file Dockerfile]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { layOutApp } from '../app.ts';
import { pullCommand, writeImage } from './write.ts';

const { values } = parseArgs({ options: { base: { type: 'string' }, out: { type: 'string' }, file: { type: 'string' } } });
const { base, out, file } = values;
if (base === undefined || out === undefined)
  throw new Error(`npm run image -- --base FOLDER --out FILE; the base comes into its folder by: ${pullCommand(file)}`);
const folder = mkdtempSync(join(tmpdir(), 'image-'));
try {
  const app = join(folder, 'app');
  await layOutApp(app);
  writeImage(out, { base, app, dockerfile: file });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
