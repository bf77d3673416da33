import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ObserveCluster, registerDiagnose } from '../../src/commands/diagnose.ts';
import { registerRecord } from '../../src/commands/record.ts';
import { DIAGNOSES_SCHEMA, type Diagnoses } from '../../src/domain/diagnosis.ts';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { ApiFacts, Snapshot } from '../../src/domain/snapshot.ts';
import { healthyApi, healthyPod, healthySnapshot, healthyTally, NOW, probeResult } from '../support/healthy.ts';

const FAILED = [
  healthyTally('aggregator', 'discovery', {
    failures: { service_unavailable: 3 },
    last: probeResult({ ok: false, reason: 'service_unavailable' }),
  }),
];
const LIST_FORBIDDEN = healthyTally('aggregator', 'list', {
  failures: { forbidden: 3 },
  last: probeResult({ ok: false, reason: 'forbidden', hop: 'kube-apiserver' }),
});
const crashing = healthyPod({
  ready: false,
  containers: [
    {
      ...healthyPod().containers[0]!,
      ready: false,
      running: false,
      restarts: 4,
      waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' },
      lastTermination: { reason: 'Error', exitCode: 1, finishedAt: NOW },
    },
  ],
});
const well = [0, 1, 2].map((tick) => healthySnapshot({ time: NOW + tick * 10_000 }));
const ill = [3, 4, 5].map((tick) =>
  healthySnapshot({
    time: NOW + tick * 10_000,
    apis: [healthyApi({ probes: FAILED, pods: observed([crashing]) }), healthyApi({ name: 'v1.docks.example.com' })],
  }),
);

async function* play(snapshots: readonly Snapshot[]): AsyncGenerator<Snapshot> {
  yield* snapshots;
}

let folder: string;
let out: string;
let err: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diagnose-'));
  out = '';
  err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text, ...rest) => {
    out += String(text);
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
  process.exitCode = 0;
});

async function run(argv: readonly string[], observeCluster: ObserveCluster = () => play([])): Promise<number> {
  const program = new Command().exitOverride();
  registerDiagnose(program, { observeCluster });
  registerRecord(program, { observeCluster });
  process.exitCode = 0;
  await program.parseAsync([...argv], { from: 'user' });
  return Number(process.exitCode);
}

function recording(snapshots: readonly Snapshot[]): string {
  const path = join(folder, 'tape.jsonl');
  writeFileSync(path, snapshots.map((snapshot) => `${JSON.stringify(snapshot)}\n`).join(''));
  return path;
}

describe('diagnose', () => {
  it('names what a recording shows, in the schema, with exit code 1', async () => {
    expect(await run(['diagnose', '--from', recording([...well, ...ill]), '--output', 'json'])).toBe(1);
    const diagnoses = JSON.parse(out) as Diagnoses;
    expect(diagnoses).toMatchObject({
      schema: DIAGNOSES_SCHEMA,
      time: NOW / 1000 + 50,
      examined: ['v1.tides.example.com', 'v1.docks.example.com'],
    });
    expect(diagnoses.answer).toBe('diagnosed');
    expect(diagnoses.diagnoses).toHaveLength(1);
    expect(diagnoses.diagnoses[0]).toMatchObject({
      apiservice: 'v1.tides.example.com',
      cause: 'pod-crash-looping',
      category: 'pod-instability',
    });
    expect(diagnoses.diagnoses[0]!.confidence).toBeGreaterThan(0.8);
    expect(diagnoses.diagnoses[0]!.evidence.length).toBeGreaterThan(0);
    expect(err).toBe('');
  });

  it('prints the same for the same recording, byte for byte', async () => {
    const path = recording([...well, ...ill]);
    await run(['diagnose', '--from', path, '-o', 'json']);
    const first = out;
    out = '';
    await run(['diagnose', '--from', path, '-o', 'json']);
    expect(out).toBe(first);
  });

  it.each([
    ['text', /^✖ v1\.tides\.example\.com: /],
    ['markdown', /^# Aggregated APIs\n/],
  ])('prints %s', async (output, expected) => {
    await run(['diagnose', '--from', recording(ill), '-o', output]);
    expect(out).toMatch(expected);
  });

  it('finds a healthy cluster healthy, with exit code 0', async () => {
    expect(await run(['diagnose', '--from', recording(well), '-o', 'json'])).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ answer: 'healthy', diagnoses: [] });
  });

  it.each<[string, Partial<ApiFacts>]>([
    ['neither condition nor answer', { condition: UNOBSERVED, probes: [] }],
    ['only a list that the kube-apiserver forbids us', { condition: UNOBSERVED, probes: [LIST_FORBIDDEN] }],
    ['only direct answers of the backend', { condition: UNOBSERVED, probes: [healthyTally('endpoint', 'discovery')] }],
  ])('judges nothing of a live API with %s: exit code 2', async (_, differs) => {
    const blind = healthySnapshot({ apis: [healthyApi(), healthyApi({ name: 'v1.docks.example.com', ...differs })] });
    expect(await run(['diagnose', '-o', 'json'], () => play([blind]))).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      answer: 'nothing-to-judge',
      answers: [
        {
          apiservice: 'v1.tides.example.com',
          answer: 'healthy',
          because: 'the condition Available is True, and it answers through the kube-apiserver',
        },
        { apiservice: 'v1.docks.example.com', answer: 'nothing-to-judge' },
      ],
      diagnoses: [],
    });
    expect(err).toMatch(/nothing tells whether v1\.docks\.example\.com answers; look for longer with --for/);
  });

  it('looks only at the APIs that are named', async () => {
    const path = recording(ill);
    expect(await run(['diagnose', 'v1.docks.example.com', '--from', path, '-o', 'json'])).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ answer: 'healthy', diagnoses: [], examined: ['v1.docks.example.com'] });
    expect(await run(['diagnose', 'v1.fish.example.com', '--from', path, '-o', 'json'])).toBe(2);
    expect(err).toMatch(/not seen: v1\.fish\.example\.com; seen: v1\.tides\.example\.com, v1\.docks\.example\.com/);
  });

  it('reads pasted text from a file', async () => {
    const path = join(folder, 'paste.txt');
    writeFileSync(
      path,
      [
        '$ kubectl get apiservice v1.tides.example.com',
        'NAME                   SERVICE              AVAILABLE                 AGE',
        'v1.tides.example.com   harbour/tide-gauge   False (MissingEndpoints)  3d',
        '$ kubectl -n harbour get pods',
        'NAME                         READY   STATUS             RESTARTS      AGE',
        'tide-gauge-7c9f8d6b5-abcde   0/1     CrashLoopBackOff   7 (30s ago)   9m',
      ].join('\n'),
    );
    expect(await run(['diagnose', '--from', path, '-o', 'json'])).toBe(1);
    expect((JSON.parse(out) as Diagnoses).diagnoses[0]).toMatchObject({ apiservice: 'v1.tides.example.com', category: 'pod-instability' });
  });

  it('says of the words that kubectl has for everything what tells a broken API from a typing error', async () => {
    const path = join(folder, 'paste.txt');
    writeFileSync(path, 'error: the server doesn\'t have a resource type "gauges"');
    expect(await run(['diagnose', '--from', path])).toBe(2);
    expect(err).toMatch(/nothing tells which aggregated API is meant; paste .* alike: `kubectl get apiservices` tells which/);
  });

  it.each([
    ['kubectl: command not found'],
    ['No resources found in harbour namespace.'],
    ['hello world'],
    ['v1.tides.example.com'],
    ['kind: APIService'],
  ])('has nothing to judge in %j: exit code 2, and says what to paste', async (text) => {
    const path = join(folder, 'paste.txt');
    writeFileSync(path, text);
    expect(await run(['diagnose', '--from', path, '-o', 'json'])).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ answer: 'nothing-to-judge', diagnoses: [] });
    expect(err).toMatch(/nothing to judge: .*; paste what shows it: `kubectl get apiservices`/);
    out = '';
    await run(['diagnose', '--from', path]);
    expect(out).toMatch(/^\? Nothing to judge: /);
    expect(out).not.toContain('✔');
  });

  it.each<[string, () => string[], RegExp]>([
    ['a file that is not there', () => ['--from', join(folder, 'nowhere')], /there is no such file or folder/],
    ['an empty text', () => ['--from', emptyFile()], /the input is empty/],
    ['an empty folder', () => ['--from', folder], /no aggregated API in 0 files/],
    ['an unknown format', () => ['--from', emptyFile(), '-o', 'xml'], /--output xml: one of text, json, markdown is allowed/],
    ['a bad duration', () => ['--for', '30'], /a duration such as 30s/],
  ])('refuses %s', async (_, argv, message) => {
    await expect(
      run(['diagnose', ...argv()]).then(
        () => '',
        (error: Error) => error.message + err,
      ),
    ).resolves.toMatch(message);
  });

  function emptyFile(): string {
    const path = join(folder, 'empty.txt');
    writeFileSync(path, ' \n');
    return path;
  }

  it('observes a live cluster for the time given', async () => {
    let asked: unknown;
    const code = await run(['diagnose', '--for', '2m', '--context', 'harbour', '-o', 'json'], (options) => {
      asked = options;
      return play([...well, ...ill]);
    });
    expect(asked).toMatchObject({ forMs: 120_000, context: 'harbour' });
    expect(code).toBe(1);
    expect((JSON.parse(out) as Diagnoses).diagnoses[0]).toMatchObject({ cause: 'pod-crash-looping' });
  });

  it('calls no API healthy that failed within the window, however long it passes now', async () => {
    const calm = Array.from({ length: 30 }, (_, tick) => healthySnapshot({ time: NOW + (6 + tick) * 10_000 }));
    expect(await run(['diagnose', '--for', '6m', '-o', 'json'], () => play([...well, ...ill, ...calm]))).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      answer: 'diagnosed',
      answers: [
        {
          apiservice: 'v1.tides.example.com',
          answer: 'diagnosed',
          because: expect.stringMatching(/^it failed while it was observed/) as string,
        },
      ],
      diagnoses: [{ apiservice: 'v1.tides.example.com', cause: 'pod-crash-looping', state: 'recovering' }],
    });
    // What never failed is well.
    expect(await run(['diagnose', '--for', '6m', '-o', 'json'], () => play([...well, ...calm]))).toBe(0);
  });

  it('answers with what it saw when the cluster hangs', async () => {
    vi.useFakeTimers();
    let ended = false;
    const hanging: ObserveCluster = async function* () {
      try {
        yield* ill;
        await new Promise(() => {});
      } finally {
        ended = true;
      }
    };
    const running = run(['diagnose', '--for', '30s', '-o', 'json'], hanging);
    await vi.advanceTimersByTimeAsync(36_000);
    vi.useRealTimers();
    expect(await running).toBe(1);
    expect(ended).toBe(false);
  });

  it('says when it saw nothing at all', async () => {
    await expect(run(['diagnose'])).rejects.toThrow(/could not be observed/);
    const blind = healthySnapshot({
      apis: [],
      sources: [{ source: 'api-services', state: 'forbidden', rule: 'apiregistration.k8s.io/apiservices: list, watch' }],
    });
    expect(await run(['diagnose'], () => play([blind]))).toBe(2);
    expect(err).toMatch(/no aggregated API was found: the source api-services is forbidden/);
  });
});

describe('record', () => {
  it.each([
    ['tape.jsonl', (bytes: Buffer) => bytes.toString()],
    ['tape.jsonl.gz', (bytes: Buffer) => gunzipSync(bytes).toString()],
  ])('writes %s, which diagnose replays', async (name, unpack) => {
    const path = join(folder, name);
    expect(await run(['record', '--for', '1m', '-o', path], () => play([...well, ...ill]))).toBe(0);
    expect(unpack(readFileSync(path)).trim().split('\n')).toHaveLength(6);
    expect(err).toMatch(/6 snapshots recorded/);
    expect(await run(['diagnose', '--from', path, '-o', 'json'])).toBe(1);
  });

  it('says where it can not write', async () => {
    await expect(run(['record', '-o', join(folder, 'no', 'tape')], () => play(well))).rejects.toThrow(/--output .*no\/tape: ENOENT/);
  });
});
