import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_FILES, layOutApp, projectManifest } from '../../../scripts/packaging/app.ts';
import { sourceTime } from '../../../scripts/packaging/source-time.ts';

const folder = mkdtempSync(join(tmpdir(), 'app-test-'));
const app = join(folder, 'app');
beforeAll(() => layOutApp(app));
afterAll(() => rmSync(folder, { recursive: true }));
const read = (file: string) => readFileSync(join(app, file), 'utf8');
const parsed = (file: string) => JSON.parse(read(file));

describe('what ships', () => {
  it('is the bundle, its licences and its bill of materials', () => {
    expect(readdirSync(app).sort()).toEqual([...APP_FILES]);
    const files = readdirSync(join(app, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(files).toContain('main.js');
    expect(files.filter((file) => file.endsWith('.map'))).toEqual([]);
    for (const file of files.filter((one) => one.endsWith('.js'))) expect(read(`dist/${file}`)).not.toContain('sourceMappingURL');
  });

  it('runs, and knows its version', () => {
    expect(execFileSync(process.execPath, [join(app, 'dist/main.js'), '--version'], { encoding: 'utf8' })).toBe(
      `${projectManifest().version}\n`,
    );
  });

  it('depends on nothing: what was tested is what is installed', () => {
    expect(parsed('package.json')).toEqual({
      name: 'aggregated-api-exporter',
      version: projectManifest().version,
      description: projectManifest().description,
      license: 'Apache-2.0',
      type: 'module',
      engines: projectManifest().engines,
      bin: { 'aggregated-api-exporter': 'dist/main.js', 'kubectl-aggregated_api': 'dist/main.js' },
      publishConfig: { access: 'public', provenance: true },
    });
    expect(projectManifest().private).toBe(true);
  });

  it('has one list of packages in its bill and in its licences, and direct dependencies among them', () => {
    const billed = (parsed('sbom.cdx.json').components as { name: string; version: string }[]).map(
      ({ name, version }) => `${name} ${version}`,
    );
    const licensed = [...read('THIRD-PARTY-LICENSES.txt').matchAll(/^=+\n(\S+ \S+): \S+\n=+$/gm)].map(([, text]) => text);
    expect(new Set(licensed)).toEqual(new Set(billed));
    expect(billed).toEqual(expect.arrayContaining([expect.stringMatching(/^express /), expect.stringMatching(/^zod /)]));
    // Nothing of it is bundled but through what is named.
    const [{ dependsOn }] = parsed('sbom.cdx.json').dependencies;
    expect(dependsOn.length).toBeGreaterThan(10);
  });
});

describe('the time of what is packed', () => {
  it.each([
    [{ SOURCE_DATE_EPOCH: '1000000000' }, 1_000_000_000],
    [{ SOURCE_DATE_EPOCH: '0' }, 0],
  ])('of %j is %d', (env, time) => {
    expect(sourceTime(env)).toBe(time);
  });

  it.each(['', '-1', '1.5', 'yesterday'])('is refused as %j', (text) => {
    expect(() => sourceTime({ SOURCE_DATE_EPOCH: text })).toThrow(
      `SOURCE_DATE_EPOCH is ${JSON.stringify(text)}: whole seconds since 1970 are allowed`,
    );
  });
});
