import { createHash } from 'node:crypto';
import type { LockedPackage } from './lock.ts';
import { resolveFrom } from './lock.ts';
import type { BundledPackage } from './packages.ts';

interface Application {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * The bill of materials of the bundle, as CycloneDX 1.5 in JSON: what is in it, so that a scanner finds what is there and nothing else.
 * `npm sbom --omit dev` is no help: it leaves out what a dev dependency needs as well (findings/npm-sbom-omits-what-dev-packages-need-too.sh),
 * and has packages of which nothing is bundled. The same source has the same bill, number and time included.
 * @param time of the source, in seconds
 */
export function cycloneDx(
  app: Application,
  packages: readonly BundledPackage[],
  locked: ReadonlyMap<string, LockedPackage>,
  time: number,
): object {
  const byFolder = new Map<string, Application | BundledPackage>([['', app], ...packages.map((one) => [one.folder, one] as const)]);
  const edges = new Map([...byFolder.values()].map((one) => [refOf(one), new Set<string>()]));
  for (const [folder, one] of byFolder)
    for (const name of Object.keys(locked.get(folder)?.dependencies ?? {})) {
      const on = byFolder.get(resolveFrom(folder, name, locked) ?? '');
      if (on !== undefined && on !== app) edges.get(refOf(one))?.add(refOf(on));
    }
  const components = [...new Map(packages.map((one) => [refOf(one), componentOf(one)])).values()];
  const content = { metadata: { component: applicationOf(app) }, components, dependencies: graphOf(edges) };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: uuidOf(JSON.stringify(content)),
    version: 1,
    ...content,
    metadata: { timestamp: new Date(time * 1000).toISOString(), ...content.metadata },
  };
}

function applicationOf(app: Application): object {
  return {
    'bom-ref': refOf(app),
    type: 'application',
    name: app.name,
    version: app.version,
    licenses: [{ license: { id: app.license } }],
    purl: purlOf(app),
  };
}

function componentOf({ name, version, license, integrity = '' }: BundledPackage): object {
  const [, sha512] = /^sha512-(.+)$/.exec(integrity) ?? [];
  return {
    'bom-ref': refOf({ name, version }),
    type: 'library',
    name,
    version,
    scope: 'required',
    ...(sha512 && { hashes: [{ alg: 'SHA-512', content: Buffer.from(sha512, 'base64').toString('hex') }] }),
    ...(license && { licenses: [{ license: { id: license } }] }),
    purl: purlOf({ name, version }),
  };
}

function graphOf(edges: ReadonlyMap<string, ReadonlySet<string>>): object[] {
  return [...edges].map(([ref, on]) => ({ ref, dependsOn: [...on].sort() }));
}

function refOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}@${version}`;
}

/** https://github.com/package-url/purl-spec: the @ of a scope is written %40. */
function purlOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** RFC 9562, version 8: of a content. */
function uuidOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
