import { builtinModules } from 'node:module';
import type { Metafile } from 'esbuild';
import { type LockedPackage, lockedPackages } from './lock.ts';

/** A package of which something is in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression; undefined where the package gives none. */
  readonly license: string | undefined;
  /** From the root of the project, e.g. `node_modules/express`. */
  readonly folder: string;
  /** As the lock file has it. */
  readonly integrity: string | undefined;
  /** Modules of Node that its bundled files import, sorted. */
  readonly builtins: readonly string[];
  readonly bytes: number;
}

const PACKAGE = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)(?=\/)/;

/**
 * Which packages the bundle holds, as esbuild counts their bytes in what it wrote: neither the lock file nor node_modules can tell,
 * they hold packages of which nothing is loaded. @throws Error naming a package that the lock file has for development only, or not at all
 */
export function bundledPackages(metafile: Metafile, locked: ReadonlyMap<string, LockedPackage> = lockedPackages()): BundledPackage[] {
  const found = [...contributions(metafile)];
  const wrong = found.filter(([folder]) => locked.get(folder)?.dev !== undefined || !locked.has(folder)).map(([folder]) => folder);
  if (wrong.length > 0)
    throw new Error(
      `bundled, but no runtime dependency: ${wrong.join(', ')}; name it in "dependencies" of package.json, or leave it out of the bundle`,
    );
  return found
    .map(([folder, { bytes, builtins }]) => {
      const { version = '', license, integrity } = locked.get(folder) ?? {};
      return {
        name: PACKAGE.exec(`${folder}/`)?.[1] ?? folder,
        version,
        license,
        folder,
        integrity,
        bytes,
        builtins: [...builtins].sort(),
      };
    })
    .sort((a, b) => compare(a.name, b.name) || compare(a.folder, b.folder));
}

interface Contribution {
  bytes: number;
  readonly builtins: Set<string>;
}

function contributions({ inputs, outputs }: Metafile): Map<string, Contribution> {
  const found = new Map<string, Contribution>();
  for (const [path, { bytesInOutput }] of Object.values(outputs).flatMap((output) => Object.entries(output.inputs))) {
    const folder = PACKAGE.exec(path)?.[0];
    if (folder === undefined || bytesInOutput === 0) continue;
    const one = found.get(folder) ?? { bytes: 0, builtins: new Set() };
    found.set(folder, one);
    one.bytes += bytesInOutput;
    for (const builtin of builtinsOf(inputs[path])) one.builtins.add(builtin);
  }
  return found;
}

function builtinsOf(input: Metafile['inputs'][string] | undefined): string[] {
  const names = (input?.imports ?? []).filter(({ external }) => external).map(({ path }) => path.replace(/^node:/, ''));
  return names.filter((name) => builtinModules.includes(name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
