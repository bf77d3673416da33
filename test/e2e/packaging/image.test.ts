import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowedInContext, copiedFromContext, dockerfileStages } from '../../deploy/dockerfile.ts';

/**
 * The Dockerfile's own steps, in empty folders instead of in images: there is no container engine here, so the base images and
 * the user are not tested. `npm ci` has no network: it takes its packages from the cache that the `npm ci` before has filled.
 */
const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'image-'));
const built = join(folder, 'src');
const image = join(folder, 'app');
const [buildStage, imageStage] = dockerfileStages() as [ReturnType<typeof dockerfileStages>[0], ReturnType<typeof dockerfileStages>[0]];

/** The environment of an image: a PATH, and nothing of this machine's Node. */
const bare = { PATH: process.env.PATH, HOME: process.env.HOME };

function copy(source: string, into: string): void {
  const target = statSync(source).isDirectory() ? into : join(into, source.slice(source.lastIndexOf('/') + 1));
  mkdirSync(dirname(target), { recursive: true });
  cpSync(source, target, { recursive: true });
}

function copyFromContext(instruction: (typeof buildStage)[number], workdir: string): void {
  const step = copiedFromContext(instruction);
  for (const source of step?.sources ?? []) {
    if (!allowedInContext().includes(source)) throw new Error(`COPY ${source}: .dockerignore keeps it out of the build context`);
    copy(join(ROOT, source), join(workdir, step!.target));
  }
}

beforeAll(async () => {
  for (const instruction of buildStage) {
    copyFromContext(instruction, built);
    if (instruction.name === 'RUN')
      await run('sh', ['-c', instruction.argument], { cwd: built, env: { ...bare, npm_config_offline: 'true' } });
  }
  for (const instruction of imageStage) {
    copyFromContext(instruction, image);
    const [, source, target] = /^--from=build \/src\/(\S+) (\S+)$/.exec(instruction.argument) ?? [];
    if (instruction.name === 'COPY' && source !== undefined) copy(join(built, source), join(image, target!));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** ENTRYPOINT and what follows, with this machine's Node in place of the image's. */
function command(...args: string[]): string[] {
  const [, ...entry] = JSON.parse(imageStage.find(({ name }) => name === 'ENTRYPOINT')!.argument) as string[];
  const options = imageStage
    .find(({ name }) => name === 'ENV')!
    .argument.replace(/^NODE_OPTIONS="(.*)"$/, '$1')
    .split(' ');
  return [...options, ...entry, ...args];
}

async function started(args: readonly string[], until: RegExp): Promise<{ child: ChildProcess; output: () => string }> {
  const child = spawn(process.execPath, args, { cwd: image, env: bare, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  for (let i = 0; !until.test(output); i++) {
    if (child.exitCode !== null || i > 600) throw new Error(`${args.join(' ')} did not print ${until}:\n${output}`);
    await sleep(100);
  }
  return { child, output: () => output };
}

describe('the image', () => {
  it('holds the bundle, its licences and nothing to install more with', () => {
    expect(readdirSync(image).sort()).toEqual(['LICENSE', 'dist', 'package.json']);
    const files = readdirSync(join(image, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(files).toContain('main.js');
    expect(files.filter((file) => file.endsWith('.map'))).toEqual([]);
  });

  it('holds no path of the machine that built it', () => {
    for (const file of readdirSync(join(image, 'dist'), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.js')) expect(readFileSync(join(image, 'dist', file), 'utf8').includes(folder)).toBe(false);
  });

  it('knows its version', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect((await run(process.execPath, command('--version'), { cwd: image, env: bare })).stdout).toBe(`${version}\n`);
  });

  it('accepts the configuration that deploy/kubernetes mounts', async () => {
    // The Deployment mounts a volume where this machine has no folder.
    const volume = join(mkdtempSync(join(folder, 'mounts-')), 'volume');
    const mounted = readFileSync(join(ROOT, 'deploy/kubernetes/config.yaml'), 'utf8').replaceAll(
      '/var/lib/aggregated-api-exporter',
      volume,
    );
    expect(mounted).toContain(volume);
    const file = join(folder, 'config.yaml');
    writeFileSync(file, mounted);
    await expect(
      run(process.execPath, command('serve', `--config.file=${file}`, '--config.check'), { cwd: image, env: bare }),
    ).rejects.toThrow(`the folder ${volume} can't be written`);
    mkdirSync(volume);
    const { stdout } = await run(process.execPath, command('serve', `--config.file=${file}`, '--config.check'), { cwd: image, env: bare });
    expect(stdout).toBe('the configuration is valid\n');
  });

  it('serves, answers its own health check, and ends in peace', async () => {
    const { child, output } = await started(command('serve', '--simulate', '--web.listen-address=127.0.0.1:9944'), /msg=listening/);
    try {
      await run(process.execPath, command('healthcheck'), { cwd: image, env: bare });
      for (let i = 0; (await fetch('http://127.0.0.1:9944/-/ready')).status !== 200; i++) {
        if (i > 300) throw new Error(`never ready:\n${output()}`);
        await sleep(100);
      }
      // The types come from a table that the build cuts down.
      const types = await Promise.all(
        ['/metrics', '/', '/-/healthy', '/api/v1/diagnoses', '/nowhere'].map(async (path) => {
          const answer = await fetch(`http://127.0.0.1:9944${path}`);
          await answer.arrayBuffer();
          return `${path} ${answer.status} ${answer.headers.get('content-type')}`;
        }),
      );
      expect(types).toEqual([
        '/metrics 200 text/plain; version=0.0.4; charset=utf-8',
        '/ 200 text/html; charset=utf-8',
        '/-/healthy 200 text/plain; charset=utf-8',
        '/api/v1/diagnoses 200 application/json; charset=utf-8',
        '/nowhere 404 text/plain; charset=utf-8',
      ]);
    } finally {
      child.kill('SIGTERM');
      const hung = setTimeout(() => child.kill('SIGKILL'), 30_000);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      clearTimeout(hung);
    }
    expect(child.exitCode).toBe(0);
    expect(output()).not.toMatch(/level=error|Error:/);
  });
});

it.each(['kubernetes', 'prometheus-operator'])('kubectl kustomize renders deploy/%s', async (name) => {
  const { stdout } = await run('kubectl', ['kustomize', join(ROOT, 'deploy', name)]);
  expect(stdout).toMatch(/^kind: Deployment$/m);
  expect(stdout).toMatch(/name: aggregated-api-exporter-[a-z0-9]{10}\n/);
});
