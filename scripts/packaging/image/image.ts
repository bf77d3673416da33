import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import { argumentsOf, type Base, baseOf, commandOf, copied, type Instruction, pairsOf } from './dockerfile.ts';
import { type Descriptor, digestOf, type ImageConfig, type Index, type Layout, type Manifest, MEDIA, type Platform } from './layout.ts';
import { type TarEntry, tarChunks, withFolders } from './tar.ts';

const ARCHITECTURES = ['amd64', 'arm64'] as const;
/** What stands in a last stage that is understood; HEALTHCHECK has no place in an OCI image, and Kubernetes has probes of its own. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  ...['FROM', 'WORKDIR', 'COPY', 'USER', 'EXPOSE', 'ENV', 'LABEL', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'],
]);

export interface Making {
  readonly stages: readonly (readonly Instruction[])[];
  readonly base: Layout;
  /** The folder that `npm run app` wrote. */
  readonly app: string;
  /** Of all that is written, in seconds. */
  readonly time: number;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What an engine would build of a Dockerfile's last stage, for each architecture, as the entries of an archive in the OCI image layout
 * (`docker load`, `podman load`, `skopeo copy oci-archive:…`). The same input gives the same bytes.
 * @throws Error where the stage has what is not understood, or the base is not the one that it names
 */
export function imageEntries(making: Making): TarEntry[] {
  const stage = lastStage(making.stages);
  const base = baseOf(stage);
  const blobs = new Map<string, Buffer>();
  const put = (content: Buffer, mediaType: string): Descriptor => {
    const digest = digestOf(content);
    blobs.set(digest, content);
    return { mediaType, digest, size: content.length };
  };
  const layer = Buffer.concat([...tarChunks(appEntries(stage, making.app), making.time)]);
  const ours = { diffId: digestOf(layer), descriptor: put(gzipSync(layer, { level: 9 }), MEDIA.layer) };
  const manifests = platformManifests(making.base, base).map(({ platform, manifest }) => {
    const { layers, config } = making.base.json<Manifest>(manifest.digest);
    const below = making.base.json<ImageConfig>(config.digest);
    if (below.rootfs.diff_ids.length !== layers.length)
      throw new Error(`${manifest.digest}: ${layers.length} layers of ${below.rootfs.diff_ids.length}`);
    const kept = layers.map(({ digest, mediaType }) => put(making.base.blob(digest), ociLayer(mediaType)));
    const own = put(json(imageConfig(making, stage, below, ours.diffId)), MEDIA.config);
    const made: Manifest = { schemaVersion: 2, mediaType: MEDIA.manifest, config: own, layers: [...kept, ours.descriptor] };
    return { ...put(json(made), MEDIA.manifest), platform };
  });
  const index = put(json({ schemaVersion: 2, mediaType: MEDIA.index, manifests } satisfies Index), MEDIA.index);
  const name = { 'org.opencontainers.image.ref.name': making.labels['org.opencontainers.image.version'] ?? 'latest' };
  return withFolders([
    { path: 'oci-layout', content: () => json({ imageLayoutVersion: '1.0.0' }) },
    {
      path: 'index.json',
      content: () => json({ schemaVersion: 2, mediaType: MEDIA.index, manifests: [{ ...index, annotations: name }] } satisfies Index),
    },
    ...[...blobs].map(([digest, content]) => ({ path: `blobs/${digest.replace(':', '/')}`, content: () => content })),
  ]);
}

function lastStage(stages: readonly (readonly Instruction[])[]): readonly Instruction[] {
  const stage = stages.at(-1) ?? [];
  const strange = stage.filter(({ name }) => !UNDERSTOOD.has(name));
  if (strange.length > 0)
    throw new Error(`Dockerfile: ${strange[0]?.name} in the last stage needs an engine: ${[...UNDERSTOOD].join(', ')} are understood`);
  return stage;
}

/** The files of the image's own layer: the one COPY of what the first stage has laid out. */
function appEntries(stage: readonly Instruction[], app: string): TarEntry[] {
  const copies = stage.flatMap((instruction) => copied(instruction) ?? []);
  const [copy] = copies;
  const workdir = argumentsOf(stage, 'WORKDIR').at(-1) ?? '/';
  if (copy?.from !== 'build' || copy.sources.join() !== '/app' || copies.length !== 1)
    throw new Error('Dockerfile: one COPY --from=build /app is expected in the last stage: all that ships is in that folder');
  const target = posix.resolve(workdir, copy.target).slice(1);
  const files = readdirSync(app, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return withFolders(
    files.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return { path: posix.join(target, file.slice(app.length)), content: () => readFileSync(file) };
    }),
  );
}

function platformManifests(layout: Layout, { name, digest }: Base): { readonly platform: Platform; readonly manifest: Descriptor }[] {
  if (digest === undefined) throw new Error(`Dockerfile: FROM ${name} has no digest, so nobody knows which base is meant`);
  const named = layout.named().find((one) => one.digest === digest);
  if (named === undefined)
    throw new Error(
      `the base is ${layout
        .named()
        .map((one) => one.digest)
        .join(', ')}; the Dockerfile names ${name}@${digest}: pull that one`,
    );
  const { manifests } = layout.json<Index>(named.digest);
  return ARCHITECTURES.map((architecture) => {
    const manifest = manifests.find(({ platform }) => platform?.os === 'linux' && platform.architecture === architecture);
    if (manifest?.platform === undefined) throw new Error(`${name}@${digest} has no image for linux/${architecture}`);
    return { platform: manifest.platform, manifest };
  });
}

/** Layers of Docker's older format are the same bytes. */
function ociLayer(mediaType: string): string {
  return mediaType === 'application/vnd.docker.image.rootfs.diff.tar.gzip' ? MEDIA.layer : mediaType;
}

function imageConfig({ time, labels }: Making, stage: readonly Instruction[], below: ImageConfig, diffId: string): ImageConfig {
  const env = pairsOf(stage, 'ENV');
  const { name, digest = '' } = baseOf(stage);
  const created = new Date(time * 1000).toISOString();
  const kept = (below.config?.Env ?? []).filter((pair) => !env.some(([key]) => pair.startsWith(`${key}=`)));
  const ports = argumentsOf(stage, 'EXPOSE').map((port) => [/\//.test(port) ? port : `${port}/tcp`, {}] as const);
  return {
    ...below,
    created,
    config: {
      ...below.config,
      Env: [...kept, ...env.map(([key, value]) => `${key}=${value}`)],
      User: argumentsOf(stage, 'USER').at(-1) ?? '',
      WorkingDir: argumentsOf(stage, 'WORKDIR').at(-1) ?? '/',
      Entrypoint: commandOf(stage, 'ENTRYPOINT'),
      Cmd: commandOf(stage, 'CMD'),
      ExposedPorts: Object.fromEntries(ports),
      Labels: {
        ...below.config?.Labels,
        ...Object.fromEntries(pairsOf(stage, 'LABEL')),
        ...labels,
        'org.opencontainers.image.created': created,
        'org.opencontainers.image.base.name': name,
        'org.opencontainers.image.base.digest': digest,
      },
    },
    rootfs: { type: 'layers', diff_ids: [...below.rootfs.diff_ids, diffId] },
    history: [...(below.history ?? []), { created, created_by: 'npm run image' }],
  };
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
