import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { dockerfileStages, type Instruction } from '../../../scripts/packaging/image/dockerfile.ts';
import { imageEntries, type Making } from '../../../scripts/packaging/image/image.ts';
import { digestOf, type ImageConfig, type Index, Layout, type Manifest } from '../../../scripts/packaging/image/layout.ts';
import { type TarEntry, tarChunks } from '../../../scripts/packaging/image/tar.ts';
import { writeBaseLayout } from '../../support/base-layout.ts';

const root = mkdtempSync(join(tmpdir(), 'image-test-'));
afterAll(() => rmSync(root, { recursive: true }));
const tar = (entries: TarEntry[]) => Buffer.concat([...tarChunks(entries, 0)]);

let folder: string;
let making: Making;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
  mkdirSync(join(folder, 'app/dist'), { recursive: true });
  writeFileSync(join(folder, 'app/package.json'), '{}');
  writeFileSync(join(folder, 'app/dist/main.js'), 'hello');
  const config = { Env: ['PATH=/bin', 'NODE_OPTIONS=none'], User: '0', Labels: { maker: 'somebody' } };
  const layer = (text: string) => tar([{ path: 'node', content: () => Buffer.from(text) }]);
  const digest = writeBaseLayout(
    join(folder, 'base'),
    ['s390x', 'arm64', 'amd64'].map((architecture) => ({ architecture, layer: layer(architecture), config })),
  );
  making = {
    stages: withBase(digest),
    base: new Layout(join(folder, 'base')),
    app: join(folder, 'app'),
    time: 1_000_000_000,
    labels: { 'org.opencontainers.image.version': '7.8.9' },
  };
});

/** The Dockerfile itself, on another base. */
function withBase(digest: string, ...more: Instruction[]): Instruction[][] {
  const [build, image] = dockerfileStages() as [Instruction[], Instruction[]];
  return [build, [{ name: 'FROM', argument: `example.com/base:tag@${digest}` }, ...image.slice(1), ...more]];
}

/** What is written, unpacked by the real tar. */
function written(): Layout {
  const into = mkdtempSync(join(folder, 'out-'));
  execFileSync('tar', ['-x', '-C', into], { input: tar(imageEntries(making)) });
  return new Layout(into);
}

function images(layout: Layout) {
  const [named] = layout.named();
  return layout.json<Index>(named!.digest).manifests.map(({ digest, platform }) => {
    const manifest = layout.json<Manifest>(digest);
    return { platform, manifest, config: layout.json<ImageConfig>(manifest.config.digest) };
  });
}

describe('the image that is made without an engine', () => {
  it('is one for amd64 and one for arm64, by name of its version', () => {
    const layout = written();
    expect(layout.named()).toMatchObject([{ annotations: { 'org.opencontainers.image.ref.name': '7.8.9' } }]);
    expect(images(layout).map(({ platform }) => platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ]);
  });

  it('has one layer on those of its base, the same for both, whose content is what the configuration says', () => {
    const layout = written();
    const [amd64, arm64] = images(layout);
    expect(amd64!.manifest.layers).toHaveLength(2);
    expect(amd64!.manifest.layers[0]!.digest).not.toBe(arm64!.manifest.layers[0]!.digest);
    expect(amd64!.manifest.layers[1]).toEqual(arm64!.manifest.layers[1]);
    for (const { manifest, config } of [amd64!, arm64!])
      expect(manifest.layers.map(({ digest }) => digestOf(gunzipSync(layout.blob(digest))))).toEqual(config.rootfs.diff_ids);
  });

  it('has its files in /app, owned by root, at the time of the source', () => {
    const layout = written();
    const layer = gunzipSync(layout.blob(images(layout)[0]!.manifest.layers[1]!.digest));
    const listing = execFileSync('tar', ['-tv', '--numeric-owner', '--utc'], { input: layer, encoding: 'utf8' });
    expect(listing.split('\n')).toEqual([
      'drwxr-xr-x 0/0               0 2001-09-09 01:46 app/',
      'drwxr-xr-x 0/0               0 2001-09-09 01:46 app/dist/',
      '-rw-r--r-- 0/0               5 2001-09-09 01:46 app/dist/main.js',
      '-rw-r--r-- 0/0               2 2001-09-09 01:46 app/package.json',
      '',
    ]);
  });

  it('is configured as the Dockerfile says, on top of what the base says', () => {
    const { config, created } = images(written())[0]!.config;
    expect(created).toBe('2001-09-09T01:46:40.000Z');
    expect(config).toEqual({
      Env: ['PATH=/bin', 'NODE_OPTIONS=--max-old-space-size=192'],
      User: '65532:65532',
      WorkingDir: '/app',
      Entrypoint: ['/nodejs/bin/node', 'dist/main.js'],
      Cmd: ['serve'],
      ExposedPorts: { '9944/tcp': {} },
      Labels: {
        maker: 'somebody',
        'org.opencontainers.image.title': 'aggregated-api-exporter',
        'org.opencontainers.image.description': 'Names why Kubernetes aggregated APIs fail, how sure it is, and what to do',
        'org.opencontainers.image.licenses': 'Apache-2.0',
        'org.opencontainers.image.version': '7.8.9',
        'org.opencontainers.image.created': '2001-09-09T01:46:40.000Z',
        'org.opencontainers.image.base.name': 'example.com/base:tag',
        'org.opencontainers.image.base.digest': making.base.named()[0]!.digest,
      },
    });
  });

  it('is the same bytes at every try, and others at another time', () => {
    const first = tar(imageEntries(making));
    expect(tar(imageEntries(making)).equals(first)).toBe(true);
    expect(tar(imageEntries({ ...making, time: making.time + 1 })).equals(first)).toBe(false);
  });
});

describe('it is not made', () => {
  it.each([
    [
      'of a base without a digest',
      () => [[], [{ name: 'FROM', argument: 'example.com/base:tag' }, ...making.stages.at(-1)!.slice(1)]],
      'has no digest',
    ],
    [
      'of another base than the one that is named',
      () => withBase(`sha256:${'0'.repeat(64)}`),
      `names example.com/base:tag@sha256:${'0'.repeat(64)}`,
    ],
    [
      'of a stage that has to run something',
      () => withBase(making.base.named()[0]!.digest, { name: 'RUN', argument: 'true' }),
      'RUN in the last stage needs an engine',
    ],
    [
      'of files from elsewhere',
      () => withBase(making.base.named()[0]!.digest, { name: 'COPY', argument: 'src src' }),
      'one COPY --from=build /app is expected',
    ],
  ] satisfies [string, () => Instruction[][], string][])('%s', (_, stages, complaint) => {
    expect(() => imageEntries({ ...making, stages: stages() })).toThrow(complaint);
  });

  it('where the base lacks an architecture', () => {
    const digest = writeBaseLayout(join(folder, 'one'), [{ architecture: 'amd64', layer: tar([]) }]);
    expect(() => imageEntries({ ...making, stages: withBase(digest), base: new Layout(join(folder, 'one')) })).toThrow(
      'has no image for linux/arm64',
    );
  });

  it('of a base of which a blob was changed', () => {
    const blobs = join(folder, 'base/blobs/sha256');
    for (const file of readdirSync(blobs)) if (!making.base.named()[0]!.digest.endsWith(file)) writeFileSync(join(blobs, file), 'changed');
    expect(() => imageEntries(making)).toThrow('it was changed, or cut');
  });

  it('of a folder that is no layout', () => {
    expect(() => new Layout(join(folder, 'app'))).toThrow('is no OCI image layout');
  });
});
