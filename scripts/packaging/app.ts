import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundle } from '../bundle.mjs';
import { thirdPartyLicences } from './licences.ts';
import { lockedPackages, ROOT } from './lock.ts';
import { bundledPackages } from './packages.ts';
import { cycloneDx } from './sbom.ts';
import { sourceTime } from './source-time.ts';

/** What stands beside the program in all that ships: the image's /app, and the package for npm. */
export const APP_FILES = ['LICENSE', 'THIRD-PARTY-LICENSES.txt', 'dist', 'package.json', 'sbom.cdx.json'] as const;

/**
 * Writes the one folder of files that everything that ships is made of. Maps of the source are not in it: they are more than half of the
 * bundle, and functions keep their names in stack traces.
 */
export async function layOutApp(folder: string): Promise<void> {
  const into = resolve(folder);
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const locked = lockedPackages();
  const packages = bundledPackages(await bundle(join(into, 'dist')), locked);
  const texts: Record<Exclude<(typeof APP_FILES)[number], 'dist' | 'LICENSE'>, string> = {
    'THIRD-PARTY-LICENSES.txt': thirdPartyLicences(packages),
    'package.json': json(shippedManifest()),
    'sbom.cdx.json': json(cycloneDx(projectManifest(), packages, locked, sourceTime())),
  };
  for (const [file, text] of Object.entries(texts)) writeFileSync(join(into, file), text);
  copyFileSync(join(ROOT, 'LICENSE'), join(into, 'LICENSE'));
}

export interface Manifest extends Readonly<Record<string, unknown>> {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

export function projectManifest(): Manifest {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
}

/**
 * The project's own package.json is private: it is the source, and whoever installed it would get a hundred packages at versions that
 * nobody tested. What is published is the bundle, which depends on nothing. Found on the PATH under its second name it is a plugin of kubectl.
 */
function shippedManifest(): Readonly<Record<string, unknown>> {
  const { name, version, description, license, type, engines } = projectManifest();
  const program = 'dist/main.js';
  return {
    ...{ name, version, description, license, type, engines },
    bin: { 'aggregated-api-exporter': program, 'kubectl-aggregated_api': program },
    publishConfig: { access: 'public', provenance: true },
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
