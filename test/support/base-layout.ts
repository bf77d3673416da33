import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Descriptor, digestOf, MEDIA } from '../../scripts/packaging/image/layout.ts';

interface BaseImage {
  /** Undefined as an attestation has none. */
  readonly architecture: string;
  /** A tar archive of the root file system. */
  readonly layer: Buffer;
  readonly config?: object;
}

/** Writes an image for several architectures as `crane pull --format=oci` does; returns the digest of its index. */
export function writeBaseLayout(folder: string, images: readonly BaseImage[]): string {
  const put = (content: Buffer, mediaType: string): Descriptor => {
    const digest = digestOf(content);
    const path = join(folder, 'blobs', digest.replace(':', '/'));
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return { mediaType, digest, size: content.length };
  };
  const json = (value: object) => Buffer.from(JSON.stringify(value));
  const manifests = images.map(({ architecture, layer, config = {} }) => {
    const rootfs = { type: 'layers', diff_ids: [digestOf(layer)] };
    const own = put(json({ os: 'linux', architecture, config, rootfs, history: [{ created_by: 'base' }] }), MEDIA.config);
    const made = { schemaVersion: 2, mediaType: MEDIA.manifest, config: own, layers: [put(gzipSync(layer, { level: 1 }), MEDIA.layer)] };
    return { ...put(json(made), MEDIA.manifest), platform: { os: 'linux', architecture } };
  });
  const index = put(json({ schemaVersion: 2, mediaType: MEDIA.index, manifests }), MEDIA.index);
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [index] }));
  return index.digest;
}
