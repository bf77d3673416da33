import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'deploy/helm/README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];
const text = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** Targets of the links to files of ours, without fragments. */
function targets(page: string): string[] {
  const prose = text(page)
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

it.each(PAGES)('%s links to files that are there', (page) => {
  expect(targets(page).filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
});

it('SECURITY.md names tests that are there', () => {
  const named = [...text('SECURITY.md').matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

describe('README.md', () => {
  it('finds the links that it has', () => {
    expect(targets('README.md')).toEqual(
      expect.arrayContaining(['docs/configuration.md', 'docs/images/status-page.png', 'deploy/kubernetes/rbac.yaml']),
    );
  });

  it('gives the two commands that package.json has', () => {
    const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
    for (const command of ['npm ci && npm start', 'npm ci && npm test']) expect(text('README.md')).toContain(`\n${command}\n`);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test']));
  });

  it('names only commands and flags that the program has', () => {
    const sources = readdirSync(join(ROOT, 'src/commands'))
      .map((file) => text(`src/commands/${file}`))
      .join('\n');
    const lines = text('README.md').match(/^.*node dist\/main\.js .*$/gm)!;
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      const [, command, rest] = /main\.js ([a-z]+)([^#`]*)/.exec(line)!;
      expect(sources).toMatch(new RegExp(`command\\('${command}'`));
      for (const [, flag] of rest!.matchAll(/ --([a-z.-]+)/g)) expect(sources).toContain(`--${flag}`);
    }
  });
});

it('images are small enough to be read over a bad line', () => {
  for (const file of readdirSync(join(ROOT, 'docs/images'))) {
    expect(file).toMatch(/\.(?:png|svg)$/);
    expect(statSync(join(ROOT, 'docs/images', file)).size).toBeLessThanOrEqual(300 * 1024);
  }
});
