import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDockerfile, writeStandInBase } from './container.ts';

/** All that a release has beside the source, made by its command, and each thing used as who downloads it uses it. */
const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const folder = mkdtempSync(join(tmpdir(), 'release-'));
const assets = join(folder, 'assets');
const PORT = 9946;
const KUBECTL = execFileSync('which', ['kubectl'], { encoding: 'utf8' }).trim();
const BIN = execFileSync(join(ROOT, 'test/e2e/components/build.sh'), ['krew', 'helm4'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
}).trim();

let downloads: Server;
const downloaded: string[] = [];
beforeAll(async () => {
  writeDockerfile(join(folder, 'Dockerfile'), writeStandInBase(join(folder, 'base')));
  const args = [assets, '--base', join(folder, 'base'), '--file', join(folder, 'Dockerfile'), '--url', `http://127.0.0.1:${PORT}`];
  const { stderr } = await run('npm', ['run', '--silent', 'release:assets', '--', ...args], { cwd: ROOT });
  expect(stderr).not.toContain('left out');
  downloads = createServer((request, response) => {
    downloaded.push(request.url!);
    createReadStream(join(assets, basename(request.url!)))
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  }).listen(PORT, '127.0.0.1');
  await once(downloads, 'listening');
});
afterAll(() => {
  downloads?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('is the formats of rules that are not committed, chart, image, plugin, package and bill of materials, each with its checksum', async () => {
  const files = readdirSync(assets).sort();
  expect(files).toEqual([
    'SHA256SUMS',
    `aggregated-api-exporter-${version}.cdx.json`,
    `aggregated-api-exporter-chart-${version}.tgz`,
    `aggregated-api-exporter-image-${version}.tar`,
    'aggregated-api-exporter-mimir.yaml',
    `aggregated-api-exporter-npm-${version}.tgz`,
    'aggregated-api-exporter-prometheusrule.yaml',
    'aggregated-api-exporter-vmrule.yaml',
    'aggregated-api.yaml',
    `kubectl-aggregated_api-${version}-linux-amd64.tar.gz`,
    'kubernetes-aggregated-apis-mimir.yaml',
    'kubernetes-aggregated-apis-prometheusrule.yaml',
    'kubernetes-aggregated-apis-vmrule.yaml',
  ]);
  const { stdout } = await run('sha256sum', ['--check', 'SHA256SUMS'], { cwd: assets });
  expect(stdout.trimEnd().split('\n')).toEqual(files.filter((file) => file !== 'SHA256SUMS').map((file) => `${file}: OK`));
  for (const file of files) console.log(`${file}: ${(statSync(join(assets, file)).size / 1e6).toFixed(2)} MB`);
});

const PASTED = 'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get pods.metrics.k8s.io)\n';

/** Runs kubectl with plugins of one folder, and with no other program on its PATH: no Node either. */
function kubectl(plugins: string, args: readonly string[], input = ''): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(KUBECTL, args, { env: { HOME: folder, PATH: plugins } });
  const texts = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      void Promise.all(texts).then(([out = [], err = []]) => resolve({ code: code ?? -1, out: out.join(''), err: err.join('') }));
    });
  });
}

describe('the plugin of kubectl', () => {
  const manifest = join(assets, 'aggregated-api.yaml');
  const krewRoot = join(folder, 'krew');
  const plugins = join(krewRoot, 'bin');

  it('passes the validation of krew: structure, platforms, download, checksum, installation, licence', async () => {
    const { stderr } = await run(join(BIN, 'validate-krew-manifest'), ['-manifest', manifest], {
      env: { ...process.env, PATH: `${BIN}:${process.env.PATH}` },
    });
    expect(stderr).toContain('structural validation OK');
    expect(stderr).toContain('all 1 spec.platforms installed fine');
    expect(downloaded).toEqual([`/kubectl-aggregated_api-${version}-linux-amd64.tar.gz`]);
  });

  it('is installed by krew, and says of a pasted text what the program says', async () => {
    const env = { ...process.env, PATH: `${BIN}:${process.env.PATH}`, KREW_ROOT: krewRoot };
    await run(KUBECTL, ['krew', 'install', `--manifest=${manifest}`], { env });
    expect(readdirSync(plugins)).toContain('kubectl-aggregated_api');
    expect(await kubectl(plugins, ['aggregated-api', '--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
    const said = await kubectl(plugins, ['aggregated-api', 'diagnose', '--from', '-', '-o', 'json'], PASTED);
    const program = spawn(process.execPath, [join(ROOT, 'dist/main.js'), 'diagnose', '--from', '-', '-o', 'json']);
    program.stdin.end(PASTED);
    expect(said).toEqual({ code: 1, out: (await program.stdout.setEncoding('utf8').toArray()).join(''), err: '' });
    expect(JSON.parse(said.out).diagnoses).toMatchObject([{ apiservice: 'v1beta1.metrics.k8s.io' }]);
  });

  it('calls itself as it is called, and diagnoses where nothing else is asked', async () => {
    expect((await kubectl(plugins, ['aggregated-api', 'diagnose', '--help'])).out).toMatch(/^Usage: kubectl aggregated-api diagnose /);
    expect(await kubectl(plugins, ['aggregated-api', '--from', '-'], PASTED)).toMatchObject({ code: 1, err: '' });
    const { code, err } = await kubectl(plugins, ['aggregated-api', 'diagnse']);
    expect([code, err]).toEqual([2, expect.stringMatching(/^kubectl aggregated-api: "diagnse" is no command; did you mean diagnose\?/)]);
  });

  it('looks at a cluster, and starts a simulated one of its own', async () => {
    const binary = join(plugins, 'kubectl-aggregated_api');
    const started = performance.now();
    await run(binary, ['--version']);
    console.log(`starts in ${Math.round(performance.now() - started)} ms`);
    const cluster = spawn(binary, ['simulate', 'quiet'], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(cluster.stdout.setEncoding('utf8'), 'data')) as [string];
      const { kubeconfig } = JSON.parse(line) as { kubeconfig: string };
      const { code, out, err } = await kubectl(plugins, ['aggregated-api', 'diagnose', '--kubeconfig', kubeconfig, '--for', '5s']);
      expect(err).toBe('');
      expect(out).toMatch(/^✔ 2 aggregated APIs looked at, none errs /);
      expect(code).toBe(0);
    } finally {
      cluster.stdin.end();
      await once(cluster, 'exit');
    }
    const server = spawn(binary, ['serve', '--simulate', '--web.listen-address=127.0.0.1:9945'], { stdio: ['ignore', 'ignore', 'ignore'] });
    try {
      for (
        let i = 0;
        !(await fetch('http://127.0.0.1:9945/-/ready').then(
          ({ status }) => status === 200,
          () => false,
        ));
        i++
      ) {
        if (i > 600 || server.exitCode !== null) throw new Error('never ready');
        await sleep(100);
      }
    } finally {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
  });
});

describe('the package for npm', () => {
  const into = join(folder, 'user');

  it('is installed without anything else, and runs, as itself and as a plugin of kubectl', async () => {
    mkdirSync(into);
    const file = join(assets, `aggregated-api-exporter-npm-${version}.tgz`);
    await run('npm', ['install', '--offline', '--prefix', into, file], { cwd: into });
    expect(readdirSync(join(into, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['aggregated-api-exporter']);
    const bin = join(into, 'node_modules/.bin');
    expect((await run(join(bin, 'aggregated-api-exporter'), ['--version'])).stdout).toBe(`${version}\n`);
    symlinkSync(process.execPath, join(bin, 'node'));
    symlinkSync('/usr/bin/env', join(bin, 'env'));
    expect((await kubectl(bin, ['aggregated-api', '--help'])).out).toMatch(/^Usage: kubectl aggregated-api /);
  });
});

describe('the chart', () => {
  const file = join(assets, `aggregated-api-exporter-chart-${version}.tgz`);
  const helm = async (...args: string[]) => (await run(join(BIN, 'helm4'), args, { maxBuffer: 1 << 26 })).stdout;

  it('is one that Helm lints and renders, with rules and dashboards', async () => {
    expect(await helm('lint', file)).toContain('1 chart(s) linted, 0 chart(s) failed');
    expect(load(await helm('show', 'chart', file))).toMatchObject({ name: 'aggregated-api-exporter', version });
    const rendered = await helm('template', 'exporter', file, '--set', 'prometheusRule.enabled=true,grafana.dashboards.enabled=true');
    expect(rendered).toMatch(/^kind: PrometheusRule$/m);
    expect(rendered).toMatch(/^ {2}[\w-]+\.json: /m);
  });
});
