// Writes the image without a container engine: npm run image -- --base FOLDER --out FILE [--file Dockerfile]
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { layOutApp, projectManifest } from '../app.ts';
import { sourceRevision, sourceTime } from '../source-time.ts';
import { baseOf, dockerfileStages } from './dockerfile.ts';
import { imageEntries } from './image.ts';
import { Layout } from './layout.ts';
import { tarChunks } from './tar.ts';

const { values } = parseArgs({ options: { base: { type: 'string' }, out: { type: 'string' }, file: { type: 'string' } } });
const stages = dockerfileStages(values.file);
if (values.base === undefined || values.out === undefined) {
  const { name, digest = '' } = baseOf(stages.at(-1) ?? []);
  throw new Error(
    `npm run image -- --base FOLDER --out FILE; the base is what this writes into the folder: crane pull --format=oci ${name}@${digest} FOLDER`,
  );
}

const revision = sourceRevision();
const labels = {
  'org.opencontainers.image.version': projectManifest().version,
  ...(revision !== undefined && { 'org.opencontainers.image.revision': revision }),
};
const folder = mkdtempSync(join(tmpdir(), 'image-'));
try {
  const app = join(folder, 'app');
  await layOutApp(app);
  const entries = imageEntries({ stages, base: new Layout(values.base), app, time: sourceTime(), labels });
  mkdirSync(dirname(values.out), { recursive: true });
  const file = openSync(values.out, 'w');
  for (const chunk of tarChunks(entries, sourceTime())) writeFileSync(file, chunk);
  closeSync(file);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
