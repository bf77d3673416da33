import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of the OCI image specification 1.1. */
export const MEDIA = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: Platform;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Index {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly manifests: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Of an image's configuration what is read or written here. */
export interface ImageConfig extends Platform {
  readonly created?: string;
  readonly config?: {
    readonly Env?: readonly string[];
    readonly User?: string;
    readonly WorkingDir?: string;
    readonly Entrypoint?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly ExposedPorts?: Readonly<Record<string, object>>;
    readonly Labels?: Readonly<Record<string, string>>;
  };
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history?: readonly object[];
}

/** A folder in the OCI image layout, as `crane pull --format=oci` and `skopeo copy --all … oci:` write it. */
export class Layout {
  readonly #folder: string;

  /** @throws Error where the folder is none */
  constructor(folder: string) {
    this.#folder = folder;
    if (!existsSync(join(folder, 'oci-layout'))) throw new Error(`${folder} is no OCI image layout: it has no file oci-layout`);
  }

  /** What index.json names. */
  named(): readonly Descriptor[] {
    return (JSON.parse(readFileSync(join(this.#folder, 'index.json'), 'utf8')) as Index).manifests;
  }

  /** @throws Error where it is not there, or is not what its digest says */
  blob(digest: string): Buffer {
    const path = join(this.#folder, 'blobs', ...digest.split(':'));
    if (!existsSync(path)) throw new Error(`${this.#folder} has no blob ${digest}: pull the base for all platforms`);
    const content = readFileSync(path);
    if (digestOf(content) !== digest) throw new Error(`${path} is ${digestOf(content)}: it was changed, or cut`);
    return content;
  }

  json<T>(digest: string): T {
    return JSON.parse(this.blob(digest).toString('utf8')) as T;
  }
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
