import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A package as package-lock.json has it (lockfileVersion 3), of it what is read here. */
export interface LockedPackage {
  readonly version: string;
  /** Subresource integrity: `sha512-` and base64. */
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** By folder, as `node_modules/express`; '' is the project itself. */
export function lockedPackages(): ReadonlyMap<string, LockedPackage> {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  return new Map(Object.entries(packages));
}

/** The folder in which a package in `folder` finds the one of that name, as Node looks for it; '' is the project. */
export function resolveFrom(folder: string, name: string, folders: { has(folder: string): boolean }): string | undefined {
  const own = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
  if (folders.has(own)) return own;
  if (folder === '') return undefined;
  return resolveFrom(folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/'))), name, folders);
}
