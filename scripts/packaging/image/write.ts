import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { projectManifest } from '../app.ts';
import { sourceRevision, sourceTime } from '../source-time.ts';
import { baseOf, dockerfileStages } from './dockerfile.ts';
import { imageEntries } from './image.ts';
import { Layout } from './layout.ts';
import { tarChunks } from './tar.ts';

interface Sources {
  /** The folder of the base's layout. */
  readonly base: string;
  /** The folder that `npm run app` wrote. */
  readonly app: string;
  /** Another than the project's own. */
  readonly dockerfile?: string | undefined;
}

/** Writes the image as an archive in the OCI image layout. */
export function writeImage(out: string, { base, app, dockerfile }: Sources): void {
  const revision = sourceRevision();
  const labels = {
    'org.opencontainers.image.version': projectManifest().version,
    ...(revision !== undefined && { 'org.opencontainers.image.revision': revision }),
  };
  const time = sourceTime();
  const entries = imageEntries({ stages: dockerfileStages(dockerfile), base: new Layout(base), app, time, labels });
  mkdirSync(dirname(out), { recursive: true });
  const file = openSync(out, 'w');
  for (const chunk of tarChunks(entries, time)) writeFileSync(file, chunk);
  closeSync(file);
}

/** How the base comes into a folder. */
export function pullCommand(dockerfile?: string): string {
  const { name, digest = '' } = baseOf(dockerfileStages(dockerfile).at(-1) ?? []);
  return `crane pull --format=oci ${name}@${digest} FOLDER`;
}
