import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_FILES } from '../../../scripts/packaging/app.ts';
import { copied, dockerfileStages } from '../../../scripts/packaging/image/dockerfile.ts';
import { allowedInContext } from '../../deploy/build-context.ts';
import {
  firstProcess,
  inContainer,
  runContainer,
  startContainer,
  type Unpacked,
  unpackImage,
  writeDockerfile,
  writeStandInBase,
} from './container.ts';

/**
 * The image, made by the project's own script and run as a kubelet has it run; and the steps of the Dockerfile in empty folders, which come to
 * the same files. There is no container engine and no registry here: the base is a stand-in with this machine's Node. `npm ci` has no
 * network: it takes its packages from the cache that the `npm ci` before has filled.
 */
const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'image-'));
const archive = join(folder, 'image.tar');
const LARGEST = 60 * 2 ** 20;
/** One time for both ways. */
const env = { PATH: process.env.PATH, HOME: process.env.HOME, SOURCE_DATE_EPOCH: '1000000000' };

let image: Unpacked;
async function makeImage(out: string): Promise<void> {
  await run('npm', ['run', '--silent', 'image', '--', '--base', join(folder, 'base'), '--file', join(folder, 'Dockerfile'), '--out', out], {
    cwd: ROOT,
    env,
  });
}
beforeAll(async () => {
  writeDockerfile(join(folder, 'Dockerfile'), writeStandInBase(join(folder, 'base')));
  await makeImage(archive);
  image = unpackImage(archive, 'amd64', folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the steps of the first stage; `/app` is in `app`. */
async function runBuildStage(app: string): Promise<void> {
  const work = join(folder, 'src');
  for (const instruction of dockerfileStages()[0]!) {
    const { sources = [], target = '' } = copied(instruction) ?? {};
    for (const source of sources) {
      if (!allowedInContext().includes(source)) throw new Error(`COPY ${source}: .dockerignore keeps it out of the build context`);
      const from = join(ROOT, source);
      const into = join(work, target);
      const to = statSync(from).isDirectory() ? into : join(into, basename(source));
      mkdirSync(dirname(to), { recursive: true });
      cpSync(from, to, { recursive: true });
    }
    if (instruction.name === 'RUN')
      await run('sh', ['-c', instruction.argument.replace(/ \/app$/, ` ${app}`)], {
        cwd: work,
        env: { ...env, npm_config_offline: 'true' },
      });
  }
}

describe('the image', () => {
  it('holds what the steps of the Dockerfile come to, to the byte', async () => {
    const app = join(folder, 'built');
    await runBuildStage(app);
    expect(execFileSync('ls', [app], { encoding: 'utf8' }).trim().split('\n')).toEqual(expect.arrayContaining([...APP_FILES]));
    expect((await run('diff', ['--recursive', app, join(image.root, 'app')])).stdout).toBe('');
    for (const text of [folder, ROOT])
      await expect(run('grep', ['--recursive', '--files-with-matches', '--fixed-strings', text, app])).rejects.toMatchObject({ code: 1 });
  });

  it('adds at most 60 MB to its base', () => {
    const [, ...own] = image.layerBytes;
    expect(own).toHaveLength(1);
    console.log(`own layer: ${(own[0]! / 1e6).toFixed(2)} MB`);
    expect(own[0]).toBeLessThan(LARGEST);
    expect(own[0]).toBeGreaterThan(100_000);
  });

  it('is the same file at every try', async () => {
    const again = join(folder, 'again.tar');
    await makeImage(again);
    expect(readFileSync(again).equals(readFileSync(archive))).toBe(true);
  });

  it('knows its version', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await runContainer(image, ['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  it('accepts the configuration that deploy/kubernetes mounts, where its volume is', async () => {
    const file = join(folder, 'config.yaml');
    const mounted = readFileSync(join(ROOT, 'deploy/kubernetes/config.yaml'), 'utf8');
    const check = () => runContainer(image, ['serve', '--config.file=/tmp/config.yaml', '--config.check'], { '/tmp/config.yaml': file });
    writeFileSync(file, mounted);
    const volume = '/var/lib/aggregated-api-exporter';
    expect(await check()).toMatchObject({ code: 2, err: expect.stringContaining(`the folder ${volume} can't be written`) });
    expect(mounted).toContain(volume);
    writeFileSync(file, mounted.replaceAll(volume, '/tmp'));
    expect(await check()).toEqual({ code: 0, out: 'the configuration is valid\n', err: '' });
  });

  it('serves as process 1 without any right, answers its own health check, and ends in peace', async () => {
    const child = startContainer(image, ['serve', '--simulate', '--web.listen-address=127.0.0.1:9944']);
    let output = '';
    for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const pid = await firstProcess(child);
    try {
      for (
        let i = 0;
        !(await fetch('http://127.0.0.1:9944/-/ready').then(
          ({ status }) => status === 200,
          () => false,
        ));
        i++
      ) {
        if (i > 600 || child.exitCode !== null) throw new Error(`never ready:\n${output}`);
        await sleep(100);
      }
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      expect(status).toMatch(/^NSpid:\s+\d+\s+1$/m);
      expect(status).toMatch(/^Uid:\s+65532\s+65532\s+65532\s+65532$/m);
      expect(status).toMatch(/^Gid:\s+65532\s+65532\s+65532\s+65532$/m);
      expect(status).toMatch(/^CapEff:\s+0+$/m);
      await expect(inContainer(pid, image, ['/nodejs/bin/node', '-e', 'require("fs").writeFileSync("/app/x", "")'])).rejects.toThrow(
        'EROFS',
      );
      await inContainer(pid, image, healthcheck());
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
      process.kill(pid, 'SIGTERM');
      const hung = setTimeout(() => child.kill('SIGKILL'), 30_000);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      clearTimeout(hung);
    }
    expect(child.exitCode).toBe(0);
    expect(output).not.toMatch(/level=error|Error:/);
  });
});

/** HEALTHCHECK of the Dockerfile. */
function healthcheck(): string[] {
  const { argument } = dockerfileStages()
    .at(-1)!
    .find(({ name }) => name === 'HEALTHCHECK')!;
  return JSON.parse(/\[.*\]/.exec(argument)![0]) as string[];
}

describe('a registry', () => {
  const bin = execFileSync(join(ROOT, 'test/e2e/components/build.sh'), ['crane'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  const crane = async (...args: string[]) => (await run(join(bin, 'crane'), ['--insecure', ...args], { maxBuffer: 1 << 26 })).stdout;

  it('takes the image, and gives it back whole, for both architectures', async () => {
    const address = '127.0.0.1:5999';
    const registry = spawn(join(bin, 'crane'), ['registry', 'serve', '--address', address], { stdio: 'ignore' });
    try {
      for (
        let i = 0;
        !(await fetch(`http://${address}/v2/`).then(
          ({ ok }) => ok,
          () => false,
        ));
        i++
      ) {
        if (i > 300) throw new Error('crane serves no registry');
        await sleep(50);
      }
      const name = `${address}/aggregated-api-exporter:test`;
      await crane('push', join(folder, 'layout'), name);
      await crane('validate', '--remote', name);
      for (const architecture of ['amd64', 'arm64']) {
        const config = JSON.parse(await crane('config', '--platform', `linux/${architecture}`, name));
        expect(config).toMatchObject({ architecture, os: 'linux', config: { User: '65532:65532', Cmd: ['serve'] } });
      }
      const exported = await run('sh', ['-c', `${join(bin, 'crane')} --insecure --platform linux/arm64 export ${name} - | tar -t`], {
        maxBuffer: 1 << 26,
      });
      expect(exported.stdout.split('\n')).toEqual(expect.arrayContaining(['app/dist/main.js', 'app/sbom.cdx.json']));
      // As the base is pulled for the script.
      await crane('pull', '--format=oci', name, join(folder, 'pulled'));
      const digest = (await crane('digest', name)).trim();
      expect(JSON.parse(readFileSync(join(folder, 'pulled/index.json'), 'utf8')).manifests).toMatchObject([{ digest }]);
    } finally {
      registry.kill('SIGKILL');
      if (registry.exitCode === null && registry.signalCode === null) await once(registry, 'exit');
    }
  });
});

it.each(['kubernetes', 'prometheus-operator'])('kubectl kustomize renders deploy/%s', async (name) => {
  const { stdout } = await run('kubectl', ['kustomize', join(ROOT, 'deploy', name)]);
  expect(stdout).toMatch(/^kind: Deployment$/m);
  expect(stdout).toMatch(/name: aggregated-api-exporter-[a-z0-9]{10}\n/);
});
