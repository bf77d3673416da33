import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { measure } from '../../../scripts/bundle.mjs';
import { renderDependencies } from '../../../scripts/packaging/dependencies.ts';
import { thirdPartyLicences } from '../../../scripts/packaging/licences.ts';
import { type LockedPackage, lockedPackages, ROOT, resolveFrom } from '../../../scripts/packaging/lock.ts';
import { type BundledPackage, bundledPackages } from '../../../scripts/packaging/packages.ts';
import { cycloneDx } from '../../../scripts/packaging/sbom.ts';

const root = mkdtempSync(join(tmpdir(), 'bill-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A bundle of files, by their bytes in it, and what of Node they import. */
function metafile(files: Readonly<Record<string, { bytes: number; imports?: string[] }>>): Metafile {
  const inputs = Object.entries(files).map(([path, { imports = [] }]) => [
    path,
    { bytes: 1000, imports: imports.map((name) => ({ path: name, kind: 'import-statement', external: true })) },
  ]);
  const contributions = Object.entries(files).map(([path, { bytes }]) => [path, { bytesInOutput: bytes }]);
  return {
    inputs: Object.fromEntries(inputs),
    outputs: { 'main.js': { bytes: 1, inputs: Object.fromEntries(contributions), imports: [], exports: [] } },
  };
}

const locked = (packages: Record<string, Partial<LockedPackage>>) =>
  new Map(Object.entries(packages).map(([folder, one]) => [folder, { version: '1.0.0', license: 'MIT', ...one }]));

describe('packages of a bundle', () => {
  const lock = locked({
    'node_modules/plum': {},
    'node_modules/@fruit/pear': { version: '2.0.0' },
    'node_modules/plum/node_modules/fig': { version: '3.0.0' },
    'node_modules/unused': {},
  });

  it('are those of which there are bytes, with what of Node their files import', () => {
    const found = bundledPackages(
      metafile({
        'src/main.ts': { bytes: 5, imports: ['node:fs'] },
        'node_modules/plum/a.js': { bytes: 5, imports: ['node:net', 'fs', '<runtime>'] },
        'node_modules/plum/b.js': { bytes: 7, imports: ['net'] },
        'node_modules/plum/node_modules/fig/index.js': { bytes: 1 },
        'node_modules/@fruit/pear/index.js': { bytes: 1 },
        'node_modules/unused/index.js': { bytes: 0, imports: ['child_process'] },
      }),
      lock,
    );
    expect(found.map(({ name, version, bytes, builtins }) => [name, version, bytes, builtins])).toEqual([
      ['@fruit/pear', '2.0.0', 1, []],
      ['fig', '3.0.0', 1, []],
      ['plum', '1.0.0', 12, ['fs', 'net']],
    ]);
  });

  it.each([
    ['is there for development only', { 'node_modules/plum': { dev: true } }],
    ['the lock file does not know', {}],
  ])('may be none that %s', (_, packages) => {
    expect(() => bundledPackages(metafile({ 'node_modules/plum/a.js': { bytes: 1 } }), locked(packages))).toThrow(
      'bundled, but no runtime dependency: node_modules/plum; name it in "dependencies"',
    );
  });

  it.each([
    ['', 'fig', 'node_modules/fig'],
    ['node_modules/plum', 'fig', 'node_modules/plum/node_modules/fig'],
    ['node_modules/plum/node_modules/fig', 'plum', 'node_modules/plum'],
    ['node_modules/@fruit/pear', 'fig', 'node_modules/fig'],
    ['node_modules/plum', 'kiwi', undefined],
  ])('from %j, %s is found in %s', (from, name, folder) => {
    expect(resolveFrom(from, name, new Set(['node_modules/plum', 'node_modules/fig', 'node_modules/plum/node_modules/fig']))).toBe(folder);
  });
});

/** A package in a folder of its own, with the text of its licence. */
function bundled(name: string, more: Partial<BundledPackage> = {}, text = 'Do as you like.'): BundledPackage {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  if (text !== '') writeFileSync(join(folder, 'LICENSE.md'), `${text}\r\n`);
  return { name, version: '1.0.0', license: 'MIT', integrity: undefined, builtins: [], bytes: 1, folder: relative(ROOT, folder), ...more };
}

describe('licences', () => {
  it('stand there in full, package by package', () => {
    const text = thirdPartyLicences([bundled('plum'), bundled('fig', { license: 'ISC' }, 'Figs are free.')]);
    expect(text).toMatch(/^This program contains parts of 2 packages/);
    expect(text).toMatch(/\n=+\nplum 1\.0\.0: MIT\n=+\n\nDo as you like\.\n\n=+\nfig 1\.0\.0: ISC\n=+\n\nFigs are free\.\n$/);
  });

  it.each([
    [
      'unknown',
      bundled('quince', { license: undefined }),
      'licences that nobody has looked at: quince 1.0.0 (none given); allowed are Apache-2.0, ',
    ],
    ['not allowed', bundled('quince', { license: 'AGPL-3.0-only' }), 'quince 1.0.0 (AGPL-3.0-only)'],
    ['without its text', bundled('bare', {}, ''), 'bare 1.0.0 brings no text of its licence'],
  ])('stop the build where one is %s', (_, wrong, complaint) => {
    expect(() => thirdPartyLicences([bundled('plum'), wrong])).toThrow(complaint);
  });
});

describe('the bill of materials', () => {
  const app = { name: 'orchard', version: '9.0.0', license: 'Apache-2.0' };
  const plum = { ...bundled('plum'), folder: 'node_modules/plum' };
  const fig = {
    ...bundled('@fruit/fig', { integrity: `sha512-${Buffer.from('ab').toString('base64')}` }),
    folder: 'node_modules/@fruit/fig',
  };
  const lock = locked({
    '': { dependencies: { plum: '1', unused: '1', absent: '1' } },
    'node_modules/plum': { dependencies: { '@fruit/fig': '1' } },
    'node_modules/@fruit/fig': {},
    'node_modules/unused': {},
  });
  const bill = (time: number, ...packages: BundledPackage[]) =>
    JSON.parse(JSON.stringify(cycloneDx(app, packages, lock, time))) as Record<
      'serialNumber' | 'components' | 'dependencies' | 'metadata',
      unknown
    >;

  it('has the bundled packages with the hash of the lock file, and who needs whom among them', () => {
    const { components, dependencies, metadata } = bill(1_000_000_000, fig, plum);
    expect(metadata).toMatchObject({
      timestamp: '2001-09-09T01:46:40.000Z',
      component: { type: 'application', purl: 'pkg:npm/orchard@9.0.0' },
    });
    expect(components).toEqual([
      {
        'bom-ref': '@fruit/fig@1.0.0',
        type: 'library',
        name: '@fruit/fig',
        version: '1.0.0',
        scope: 'required',
        hashes: [{ alg: 'SHA-512', content: '6162' }],
        licenses: [{ license: { id: 'MIT' } }],
        purl: 'pkg:npm/%40fruit/fig@1.0.0',
      },
      expect.objectContaining({ name: 'plum' }),
    ]);
    expect(dependencies).toEqual([
      { ref: 'orchard@9.0.0', dependsOn: ['plum@1.0.0'] },
      { ref: '@fruit/fig@1.0.0', dependsOn: [] },
      { ref: 'plum@1.0.0', dependsOn: ['@fruit/fig@1.0.0'] },
    ]);
  });

  it('has a number of its content: one source has one bill', () => {
    const number = (...given: Parameters<typeof bill>) => bill(...given).serialNumber;
    expect(number(1, fig, plum)).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(number(1, fig, plum)).toBe(number(2, fig, plum));
    expect(number(1, fig, plum)).not.toBe(number(1, plum));
  });
});

describe('docs/dependencies.md', () => {
  it('is what `npm run docs` prints: what is bundled, and what it can reach', async () => {
    const page = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
    expect(renderDependencies(bundledPackages(await measure()))).toBe(page);
    expect(page).toMatch(/^\| express \| 5\.\d+\.\d+ \| HTTP server \| .*`net`/m);
    expect(page).toMatch(/^\| debug \| 4\.\d+\.\d+ \| MIT \| /m);
  });
});

describe('package-lock.json', () => {
  const all = [...lockedPackages()].filter(([folder]) => folder !== '');

  it('has no package with an install script, but for the bundler', () => {
    expect(all.filter(([, one]) => one.hasInstallScript).map(([folder]) => folder)).toEqual(['node_modules/esbuild']);
    expect(lockedPackages().get('node_modules/esbuild')).toMatchObject({ dev: true });
  });

  it('has a hash of each package, and the address of none', () => {
    expect(all.length).toBeGreaterThan(200);
    expect(all.filter(([, one]) => !one.integrity?.startsWith('sha512-')).map(([folder]) => folder)).toEqual([]);
    expect(all.filter(([, one]) => one.resolved !== undefined).map(([folder]) => folder)).toEqual([]);
  });
});
