import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExporterProcess, PROGRAM, startExporter } from '../support/exporter-process.ts';
import { freePort } from '../support/free-port.ts';
import { kubeconfigFor, SCRIPTED_API, type ScriptedCluster, startScriptedCluster } from '../support/scripted-cluster.ts';

// One exporter for all of these, as its users start it: with a limit of open files, in front of a kube-apiserver that is scripted.
const FILES = 256;
const folder = mkdtempSync(join(tmpdir(), 'process-'));
const path = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFileSync(path(name), text);
const STATE = path('state.json');
const config = (more = '') => `probe: {interval: 1s, direct: false, list: false}\ndiagnosis: {interval: 1s, state_file: ${STATE}}\n${more}`;

let cluster: ScriptedCluster;
let exporter: ExporterProcess;
beforeAll(async () => {
  cluster = await startScriptedCluster();
  write('kubeconfig', kubeconfigFor(cluster.server.url));
  write('dead.kubeconfig', kubeconfigFor('http://127.0.0.1:1'));
  write('config.yaml', config());
  write('web.yml', 'http_server_config: {headers: {X-Frame-Options: deny}}\n');
  exporter = await startExporter(
    ['--kubeconfig', path('kubeconfig'), '--config.file', path('config.yaml'), '--web.config.file', path('web.yml')],
    { shell: `ulimit -n ${FILES}` },
  );
});
afterAll(async () => {
  exporter.kill();
  await cluster.server.stop();
  rmSync(folder, { recursive: true });
});

/** Patience is counted in pauses: on a busy machine they are as much longer as the exporter is slower. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let left = 30_000; !(await holds()); left -= 50) {
    if (left <= 0) throw new Error(`still false: ${holds}`);
    await sleep(50);
  }
}
/** A scrape shows what was so at the last tick. */
const showsReload = (good: 0 | 1) => until(async () => (await exporter.metric(RELOAD_GOOD)) === good);
const count = (msg: string) => exporter.lines().filter((line) => line.msg === msg).length;
const LAST_TICK = 'aggregated_api_exporter_last_tick_timestamp_seconds';
const nextTick = async (): Promise<void> => {
  const before = (await exporter.metric(LAST_TICK)) ?? Number.POSITIVE_INFINITY;
  await until(async () => ((await exporter.metric(LAST_TICK)) ?? 0) > before);
};
const RELOAD_GOOD = 'aggregated_api_exporter_config_last_reload_successful';
const RELOAD_AT = 'aggregated_api_exporter_config_last_reload_success_timestamp_seconds';

describe('the log of verdicts', () => {
  it('has one line for the onset, one for the recovery, and one for the end of a failure', async () => {
    expect((await exporter.line(({ msg }) => msg === 'listening')).level).toBe('info');
    await until(async () => (await exporter.get('/-/ready')).status === 200);
    for (let ticks = 0; ticks < 2; ticks++) await nextTick();
    expect(exporter.lines().filter(({ event }) => event !== undefined)).toEqual([]);
    cluster.answers(503);
    const onset = await exporter.line(({ event }) => event === 'onset');
    expect(onset).toMatchObject({
      level: 'info',
      msg: 'an aggregated API fails',
      apiservice: SCRIPTED_API,
      cause: expect.stringMatching(/^[a-z-]+$/) as string,
      category: expect.stringMatching(/^[a-z-]+$/) as string,
      confidence: expect.any(Number) as number,
      pattern: expect.any(String) as string,
      since: expect.stringMatching(/^20\d\d-.*Z$/) as string,
    });
    cluster.answers(200);
    const recovering = await exporter.line(({ event }) => event === 'recovering');
    expect(recovering).toMatchObject({ apiservice: SCRIPTED_API, ended: expect.stringMatching(/Z$/) as string });
    expect(exporter.lines().filter(({ event }) => event === 'onset')).toHaveLength(1);
  });
});

describe('SIGHUP', () => {
  it('reads the configuration again, observes by it, and says which settings wait for a restart', async () => {
    const before = await exporter.metric(RELOAD_AT);
    await showsReload(1);
    write('config.yaml', config('apis: {exclude: [v1.nobody.example.com]}\nlimits: {series_per_family: 200}\n'));
    exporter.child.kill('SIGHUP');
    expect(await exporter.line(({ msg }) => msg === 'some of the settings that changed need a restart')).toMatchObject({
      settings: ['limits.series_per_family'],
    });
    await exporter.line(({ msg }) => msg === 'observing by the new configuration');
    await until(async () => ((await exporter.metric(RELOAD_AT)) ?? 0) > (before ?? Number.POSITIVE_INFINITY));
    await showsReload(1);
    // Nothing went while the observers changed.
    expect(await exporter.metric(`aggregated_api_available\\{apiservice="${SCRIPTED_API}"\\}`)).toBe(1);
  });

  it('takes another level of the log', async () => {
    const reloaded = async (level: string) => {
      const before = (await exporter.metric(RELOAD_AT)) ?? Number.POSITIVE_INFINITY;
      write('config.yaml', config(`log: {level: ${level}}\n`));
      exporter.child.kill('SIGHUP');
      await until(async () => ((await exporter.metric(RELOAD_AT)) ?? 0) > before);
    };
    await reloaded('warn');
    const lines = count('configuration read again');
    await reloaded('warn');
    await reloaded('info');
    expect(count('configuration read again')).toBe(lines);
    await reloaded('info');
    await exporter.line(() => count('configuration read again') === lines + 1);
  });

  it.each([
    ['a configuration that is not well', 'config.yaml', 'probe: {interval: 0s}\n', 'probe.interval: "0s"'],
    ['one that was cut off', 'config.yaml', 'probe: {interval: 1s, dir', 'not YAML'],
    ['a web configuration that is not well', 'web.yml', 'basic_auth_users: {crane: secret}\n', 'basic_auth_users.crane: a bcrypt hash'],
  ])('with %s keeps both as they were, and says so', async (_, file, text, problem) => {
    const good = readFileSync(path(file), 'utf8');
    write(file, text);
    exporter.child.kill('SIGHUP');
    await exporter.line(
      ({ msg, error }) => msg === 'the configuration is not usable; the last one stays in force' && String(error).includes(problem),
    );
    await showsReload(0);
    expect((await exporter.get('/api/v1/status')).status).toBe(200);
    write(file, good);
    const reloads = count('configuration read again');
    exporter.child.kill('SIGHUP');
    await exporter.line(() => count('configuration read again') > reloads);
    await showsReload(1);
  });
});

describe('more connections than files', () => {
  const sockets: Socket[] = [];
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
  });

  it('leave the health endpoint and a scrape an answer', async () => {
    const first = connect(exporter.port, '127.0.0.1').resume();
    const closed = once(first, 'close');
    for (let i = 0; i < 400; i++) {
      const socket = connect(exporter.port, '127.0.0.1').on('error', () => {});
      sockets.push(socket);
      await once(socket, 'connect');
    }
    expect((await exporter.get('/-/healthy')).status).toBe(200);
    expect((await exporter.get('/metrics')).body).toMatch(/^aggregated_api_available/m);
    // The oldest ones made room.
    await closed;
    const open = () => sockets.filter(({ readyState }) => readyState === 'open').length;
    await until(() => open() <= 128);
    expect(open()).toBeGreaterThan(100);
  });
});

describe('SIGTERM', () => {
  it('saves the history, closes, and is exit code 0', async () => {
    exporter.child.kill('SIGTERM');
    expect(await exporter.ended()).toBe(0);
    expect(JSON.parse(readFileSync(STATE, 'utf8'))).toMatchObject({ history: expect.any(Object) as object });
  });
});

describe.concurrent('a cluster that cannot be asked', () => {
  it('is one line, and exit code 2', async () => {
    const [command = '', ...rest] = PROGRAM;
    const child = spawn(command, [...rest, 'diagnose', '--for=1500ms', '--kubeconfig', path('dead.kubeconfig')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(said).toEqual({
      out: '',
      err: expect.stringMatching(
        /^aggregated-api-exporter: the cluster at http:\/\/127\.0\.0\.1:1 does not tell its APIServices: .*ECONNREFUSED 127\.0\.0\.1:1\n$/,
      ) as string,
    });
  });
});

describe.concurrent('whoever reads the output goes away', () => {
  const run = async (args: readonly string[], input = ''): Promise<number | null> => {
    const [command = '', ...rest] = PROGRAM;
    const child = spawn(command, [...rest, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdout.destroy();
    child.stdin.on('error', () => {}).end(input);
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  };
  /** Empty while nobody listens. */
  const textAt = (port: number, path: string): Promise<string> =>
    fetch(`http://127.0.0.1:${port}${path}`).then(
      (answer) => answer.text(),
      () => '',
    );
  const table = (status: string) => `NAME SERVICE AVAILABLE AGE\n${SCRIPTED_API} harbour/tide-gauge ${status} 10d\n`;

  it.each([
    ['True', 0],
    ['False (FailedDiscoveryCheck)', 1],
  ])('diagnose of a table with %s: exit code %d all the same', async (status, code) => {
    expect(await run(['diagnose', '--from', '-'], table(status))).toBe(code);
  });

  it.each(['logfmt', 'json'])('serve with a log in %s goes on', async (format) => {
    const [command = '', ...rest] = PROGRAM;
    const port = await freePort();
    const args = [
      'serve',
      `--log.format=${format}`,
      '--log.level=debug',
      `--web.listen-address=127.0.0.1:${port}`,
      '--kubeconfig',
      path('dead.kubeconfig'),
    ];
    const child = spawn(command, [...rest, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    await once(child.stderr, 'data');
    child.stderr.destroy();
    child.stdout.destroy();
    // What was refused stands in its log, which nobody reads.
    await until(async () => (await textAt(port, '/metrics')).includes('exporter_source_up{source="api-services"} 0'));
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
