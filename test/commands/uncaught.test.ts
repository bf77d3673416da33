import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSurvivor, MAX_UNCAUGHT } from '../../src/commands/uncaught.ts';
import { createSelfMetrics } from '../../src/expose/self-metrics.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import { createObserver } from '../../src/observe/observer.ts';
import { asWork, currentWork } from '../../src/source/context.ts';
import { SILENT } from '../../src/source/logger.ts';
import { bundled } from '../support/bundled.ts';
import { eventually } from '../support/eventually.ts';
import { apiService, pod, service, slice } from '../support/kube-objects.ts';
import { FakeCluster, startKubeServer } from '../support/kube-server.ts';

const UNCAUGHT = bundled('src/commands/uncaught.ts').href;
const CONTEXT = bundled('src/source/context.ts').href;

/** A process that does this, as the commands do, with `handleUncaught` at hand. */
function run(code: string) {
  const script = `import { catchUncaught, createSurvivor, handleUncaught } from ${JSON.stringify(UNCAUGHT)};
import { asWork } from ${JSON.stringify(CONTEXT)};
catchUncaught();
const say = (...words) => console.log(...words);
const log = (whose) => ({ error: (fields, message) => say(...whose, JSON.stringify(fields), message) });
const survive = () => handleUncaught(createSurvivor({ log: log([]), count: (source) => say('count', source), exit: (code) => { say('exit', code); process.exit(code); } }));
const pods = { source: 'pods', log: log(['harbour']), restart: () => say('restart pods') };
${code}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    cwd: new URL('../../', import.meta.url).pathname,
  });
  return { status, out: stdout.trim().split('\n'), err: stderr };
}

describe('an error that nobody caught', () => {
  it('ends a command with one sentence and exit code 2, never 1', () => {
    const { status, err } = run("setTimeout(() => { throw new TypeError('boom\\nand more'); });");
    expect(status).toBe(2);
    expect(err).toMatch(/^aggregated-api-exporter: a fault of the program itself: TypeError: boom and more at [^\n]{1,400}\n$/);
  });

  it.each([
    ['a timer', "setTimeout(() => { throw new Error('boom'); }, 5)"],
    ['a promise', "Promise.resolve().then(() => { throw new Error('boom'); })"],
    ['a listener', "new EventTarget().addEventListener('x', () => {}); setImmediate(() => { throw new Error('boom'); })"],
  ])('of %s ends nothing: one line, counted, and its source starts anew', (_, code) => {
    const { status, out } = run(`survive(); asWork(pods, () => { ${code}; }); setTimeout(() => say('alive'), 50);`);
    expect(status).toBe(0);
    expect(out).toEqual([
      'count pods',
      expect.stringMatching(
        /^harbour {"source":"pods","error":"Error: boom at .*"} an error that nobody caught: a fault of the exporter itself$/,
      ),
      'restart pods',
      'alive',
    ]);
  });

  it('that comes again and again ends the process, with a sentence', () => {
    const { status, out } = run("survive(); setInterval(() => { throw new Error('boom'); }, 1);");
    expect(status).toBe(2);
    expect(out.filter((line) => line === 'count none')).toHaveLength(MAX_UNCAUGHT + 1);
    expect(out.slice(-2)).toEqual(['{} more than 10 uncaught errors within a minute: the exporter ends, to be started anew', 'exit 2']);
  });

  it('is forgotten after a minute', () => {
    let now = 0;
    const exits: number[] = [];
    const survive = createSurvivor({ log: SILENT, count() {}, exit: (code) => exits.push(code), now: () => now });
    for (let times = 0; times < 3 * MAX_UNCAUGHT; times++) {
      now += 6_000;
      survive(new Error('boom'));
    }
    expect(exits).toEqual([]);
    survive('boom');
    expect(exits).toEqual([2]);
  });

  it('is counted by its source, from 0 on', async () => {
    const self = createSelfMetrics({ version: '1' });
    self.uncaught('pods');
    const text = await self.text('text');
    expect(text).toMatch(/^aggregated_api_exporter_uncaught_errors_total\{source="pods"\} 1$/m);
    expect(text).toMatch(/^aggregated_api_exporter_uncaught_errors_total\{source="none"\} 0$/m);
  });
});

describe('a source that is started anew', () => {
  it('watches on, and its work knows whose it is', async () => {
    const cluster = new FakeCluster();
    const collection = (path: string) => cluster.collection(path);
    collection('/apis/apiregistration.k8s.io/v1/apiservices').set(apiService());
    collection('/api/v1/services').set(service());
    collection('/apis/discovery.k8s.io/v1/endpointslices').set(slice());
    collection('/api/v1/pods').set(pod());
    const server = await startKubeServer(cluster.handle);
    const client = createKubeClient(server.kubeConfig, { log: SILENT });
    const stop = new AbortController();
    onTestFinished(async () => {
      stop.abort();
      client.close();
      await server.stop();
    });
    const disabled = ['probes', 'logs', 'resources', 'backend-metrics', 'apiserver-metrics', 'certificates'] as const;
    const observer = createObserver({ client, clock: Date.now, log: SILENT, options: { exclude: [], disabled, probe: {}, logs: {} } });
    observer.start(stop.signal);
    const pods = () => {
      const fact = observer.snapshot().apis[0]?.pods;
      return fact?.state === 'observed' ? fact.value.length : fact?.state;
    };
    await eventually(() => pods() === 1);
    const watched = () => collection('/api/v1/pods').watchers;
    await eventually(() => watched() === 1);
    observer.restart('pods');
    await eventually(() => watched() === 0);
    collection('/api/v1/pods').set(pod('tide-gauge-7c9f8d6b5-fghij'));
    await eventually(() => pods() === 2);
    expect(watched()).toBe(1);
  });

  it('is known inside its timers and promises', async () => {
    const work = { source: 'logs', log: SILENT, restart() {} } as const;
    const seen = await asWork(work, async () => {
      await sleep(1);
      return currentWork();
    });
    expect([seen, currentWork()]).toEqual([work, undefined]);
  });
});
