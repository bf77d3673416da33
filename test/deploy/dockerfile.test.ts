import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { allowedInContext, copiedFromContext, dockerfileStages } from './dockerfile.ts';

// That the steps build and the result runs: test/e2e/packaging.
const stages = dockerfileStages();
const image = stages.at(-1)!;
const value = (name: string) => image.find((instruction) => instruction.name === name)?.argument;

it.each(stages.flat().flatMap((instruction) => copiedFromContext(instruction)?.sources ?? []))(
  'copies %s, which exists and is let into the build context',
  (source) => {
    expect(existsSync(new URL(`../../${source}`, import.meta.url))).toBe(true);
    expect(allowedInContext()).toContain(source);
  },
);

it('installs from the lockfile, with all that the build needs', () => {
  expect(stages[0]!.filter(({ name }) => name === 'RUN').map(({ argument }) => argument)).toEqual([
    'npm ci',
    "npm run build && find dist -name '*.map' -delete",
  ]);
});

it('has no shell, no npm and no root', () => {
  expect(value('FROM')).toMatch(/^gcr\.io\/distroless\/nodejs\d+-debian\d+:nonroot$/);
  expect(value('USER')).toBe('65532:65532');
  expect(image.filter(({ name }) => name === 'RUN')).toEqual([]);
});

it.each(['ENTRYPOINT', 'HEALTHCHECK'])('%s names the program by path, without a shell', (name) => {
  expect(value(name)).toContain('["/nodejs/bin/node", "dist/main.js"');
});

it('checks its health by a command that the program has', () => {
  const command = (JSON.parse(/\[.*\]/.exec(value('HEALTHCHECK')!)![0]) as string[]).at(-1)!;
  expect(readFileSync(new URL('../../src/main.ts', import.meta.url), 'utf8')).toContain(`${command}: async`);
});
