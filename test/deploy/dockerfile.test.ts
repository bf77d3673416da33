import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { argumentsOf, baseOf, commandOf, copied, dockerfileStages } from '../../scripts/packaging/image/dockerfile.ts';
import { allowedInContext } from './build-context.ts';

// That the steps build and the result runs: test/e2e/packaging.
const stages = dockerfileStages();
const build = stages[0]!;
const image = stages.at(-1)!;

it.each(build.flatMap((instruction) => copied(instruction)?.sources ?? []))(
  'copies %s, which exists and is let into the build context',
  (source) => {
    expect(existsSync(new URL(`../../${source}`, import.meta.url))).toBe(true);
    expect(allowedInContext()).toContain(source);
  },
);

it('installs from the lockfile, and lays out what ships', () => {
  expect(argumentsOf(build, 'RUN')).toEqual(['npm ci', 'npm run app -- /app']);
});

it.each(stages.map((stage) => baseOf(stage)))('names the base $name by a digest, which nobody can move', ({ digest }) => {
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
});

it.each([
  ['node:24', undefined],
  [`node:24@sha256:${'a'.repeat(63)} AS build`, undefined],
  [`--platform=$BUILDPLATFORM node:24@sha256:${'a'.repeat(64)} AS build`, `sha256:${'a'.repeat(64)}`],
])('of FROM %s the digest is %s', (argument, digest) => {
  expect(baseOf([{ name: 'FROM', argument }]).digest).toBe(digest);
});

it('bundles on the architecture of the builder, whatever that of the image', () => {
  expect(argumentsOf(build, 'FROM')[0]).toMatch(/^--platform=\$BUILDPLATFORM /);
  expect(argumentsOf(image, 'FROM')[0]).not.toContain('--platform');
});

it('has no shell, no npm and no root', () => {
  expect(baseOf(image).name).toMatch(/^gcr\.io\/distroless\/nodejs\d+-debian\d+:nonroot$/);
  expect(argumentsOf(image, 'USER')).toEqual(['65532:65532']);
  expect(argumentsOf(image, 'RUN')).toEqual([]);
});

it('names the program by path, without a shell', () => {
  expect(commandOf(image, 'ENTRYPOINT')).toEqual(['/nodejs/bin/node', 'dist/main.js']);
  expect(argumentsOf(image, 'HEALTHCHECK')[0]).toContain('CMD ["/nodejs/bin/node", "dist/main.js"');
});

it('checks its health by a command that the program has', () => {
  const command = (JSON.parse(/\[.*\]/.exec(argumentsOf(image, 'HEALTHCHECK')[0]!)![0]) as string[]).at(-1)!;
  expect(readFileSync(new URL('../../src/main.ts', import.meta.url), 'utf8')).toContain(`${command}: async`);
});
