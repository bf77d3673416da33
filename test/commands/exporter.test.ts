import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { runExporter } from '../../src/commands/exporter.ts';
import { catchUncaught, MAX_UNCAUGHT } from '../../src/commands/uncaught.ts';
import { type Config, defaultConfig } from '../../src/config.ts';
import { printShard } from '../../src/domain/shard.ts';
import type { ApiFacts } from '../../src/domain/snapshot.ts';
import type { SourceName } from '../../src/domain/sources.ts';
import type { KubeClient } from '../../src/kube/api.ts';
import type { Observer } from '../../src/observe/observer.ts';
import { familyOf } from '../expose/parse-exposition.ts';
import { freePort } from '../support/free-port.ts';
import { healthyApi, healthySnapshot, healthyTally, NOW, probeResult } from '../support/healthy.ts';

const folder = mkdtempSync(join(tmpdir(), 'exporter-'));
afterAll(() => rmSync(folder, { recursive: true }));
/** The clock of the ticks; that of the sockets goes on by itself. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const FAILING: Partial<ApiFacts> = {
  probes: [healthyTally('aggregator', 'discovery', { last: probeResult({ ok: false, reason: 'connection_refused', at: NOW }) })],
};

/** What a test says of the cluster. */
interface Scene {
  ready: boolean;
  /** Each API had a turn; as `ready` where nothing is said. */
  complete?: boolean;
  apis: Partial<ApiFacts>[];
  /** Thrown by the next snapshot. */
  broken?: Error | undefined;
  /** Milliseconds that each snapshot takes. */
  takes?: number;
  /** Sources that answer; none where nothing is said. */
  answering?: readonly SourceName[];
}

/** An observer that sees the scene. */
function observerOf(scene: Scene, seen: { snapshots: number; signal?: AbortSignal; ring: () => void; restarted: string[] }): Observer {
  return {
    start: (signal) => {
      seen.signal = signal;
    },
    restart: (source) => void seen.restarted.push(source),
    snapshot() {
      seen.snapshots++;
      const { broken, takes = 0 } = scene;
      vi.advanceTimersByTime(takes);
      scene.broken = undefined;
      if (broken) throw broken;
      return healthySnapshot({ time: NOW + seen.snapshots * 1000, apis: scene.apis.map((differs) => healthyApi(differs)) });
    },
    sources: () =>
      (['api-services', 'probes'] as const).map((source) => ({ source, state: scene.answering?.includes(source) ? 'ok' : 'pending' })),
    ready: () => scene.ready,
    // Takes over as soon as it publishes, unless the scene says when.
    complete: () => scene.complete ?? scene.ready,
    onUrgent: (listener) => {
      seen.ring = listener;
    },
  };
}

type Changes = (config: Config) => Config;

interface Run {
  /** Whom the kube-apiserver knows and lets in. */
  readonly reviewed?: readonly string[];
  readonly stop?: AbortController;
  /** Nobody says where the configuration is to be read again. */
  readonly fixed?: boolean;
}

/** The exporter with a cluster that is observed as `scene` says; no moment passes but by `pass`. */
async function start(
  scene: Scene,
  change: Changes = (config) => config,
  { reviewed = [], stop = new AbortController(), fixed = false }: Run = {},
) {
  const port = await freePort();
  const usual = defaultConfig();
  const config = change({ ...usual, web: { ...usual.web, listen_addresses: [`127.0.0.1:${port}`] } });
  const seen = { snapshots: 0, ring: () => {}, restarted: [] as string[], closed: 0 } as Parameters<typeof observerOf>[1] & {
    closed: number;
  };
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  const asked: string[] = [];
  const shards: (string | undefined)[] = [];
  const client: KubeClient & { close(): void } = {
    server: new URL('https://192.0.2.2:6443'),
    async request(path, options) {
      asked.push(`${path} ${options?.body ?? ''}`);
      const review = path.includes('tokenreviews')
        ? { authenticated: reviewed.length > 0, user: { username: reviewed[0] } }
        : { allowed: reviewed.length > 0 };
      return { status: 201, headers: {}, body: Buffer.from(JSON.stringify({ status: review })) };
    },
    open: () => Promise.reject(new Error('nothing is streamed here')),
    credentials: () => Promise.reject(new Error('no credentials are needed here')),
    close: () => {
      seen.closed++;
    },
  };
  const now = { config };
  let reload = (): void => {};
  let ended = false;
  const end = runExporter({
    config,
    connect: (_, { shard }) => {
      shards.push(shard && printShard(shard));
      return { observer: observerOf(scene, seen), client };
    },
    log,
    stop: stop.signal,
    onReload: (listener) => {
      reload = listener;
    },
    ...(!fixed && { readConfig: () => now.config }),
  }).then(() => {
    ended = true;
  });
  onTestFinished(async () => {
    stop.abort();
    await end.catch(() => {});
  });
  while (!seen.signal) await Promise.race([end, turn()]);
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    return { status: response.status, text: await response.text() };
  };
  return {
    seen,
    lines,
    asked,
    shards,
    get,
    now,
    reload: () => reload(),
    pass: (ms: number) => vi.advanceTimersByTime(ms),
    stop: async () => {
      stop.abort();
      await end;
    },
    ended: () => ended,
    published: async () => (await get('/-/ready')).status === 200,
  };
}

describe('before discovery has answered', () => {
  it('nothing is published, however often it ticks: an empty view would look like a healthy cluster', async () => {
    const scene: Scene = { ready: false, apis: [] };
    const { pass, published, get, seen } = await start(scene);
    pass(60_000);
    expect([seen.snapshots, await published()]).toEqual([0, false]);
    expect((await get('/api/v1/diagnoses')).status).toBe(503);
    expect((await get('/')).text).toMatch(/Waiting for the first answers/);
    // What is known is how far each source is.
    expect(familyOf((await get('/metrics')).text, 'aggregated_api_exporter_source_up')).toMatchObject({ 'source="api-services"': 0 });
    Object.assign(scene, { ready: true, apis: [{}] });
    pass(5000);
    expect(await published()).toBe(true);
    expect((await get('/')).text).toContain('v1.tides.example.com');
  });

  it('it is published at once where discovery rings', async () => {
    const scene: Scene = { ready: false, apis: [{}] };
    const { pass, published, seen } = await start(scene);
    pass(2000);
    scene.ready = true;
    seen.ring();
    pass(1);
    expect(await published()).toBe(true);
  });
});

describe('once something was published', () => {
  it('each tick publishes what is seen then, also by an observer that has just begun', async () => {
    const scene: Scene = { ready: true, apis: [{}] };
    const { pass, seen, get } = await start(scene, (config) => ({ ...config, diagnosis: { ...config.diagnosis, interval: 2000 } }));
    pass(250);
    expect(seen.snapshots).toBe(1);
    Object.assign(scene, { ready: false, apis: [{}, { name: 'v1.moorings.example.com' }] });
    pass(1999);
    expect(seen.snapshots).toBe(1);
    pass(1);
    expect(seen.snapshots).toBe(2);
    expect((await get('/')).text).toContain('v1.moorings.example.com');
    expect((await get('/api/v1/status')).text).toContain('v1.moorings.example.com');
  });

  it('a tick that fails leaves the view of the one before, and the next one comes', async () => {
    const scene: Scene = { ready: true, apis: [{}] };
    const { pass, published, lines, get, seen } = await start(scene);
    pass(250);
    scene.broken = new Error('low water');
    pass(5000);
    expect(await published()).toBe(true);
    expect(lines.filter(({ msg }) => msg === 'a tick failed')).toEqual([
      expect.objectContaining({ error: expect.stringContaining('low water') }),
    ]);
    scene.apis = [{ name: 'v1.moorings.example.com' }];
    pass(5000);
    expect(seen.snapshots).toBe(3);
    expect((await get('/')).text).toContain('v1.moorings.example.com');
  });

  it('what an observer rings for comes within a second of the tick before', async () => {
    const { pass, seen } = await start({ ready: true, apis: [{}] });
    pass(250);
    seen.ring();
    pass(999);
    expect(seen.snapshots).toBe(1);
    pass(1);
    expect(seen.snapshots).toBe(2);
  });

  it('signals of the snapshot, of the history and of the exporter itself stand side by side', async () => {
    const { pass, get } = await start({ ready: true, apis: [FAILING] });
    pass(250);
    const { text } = await get('/metrics');
    const of = (family: string) => familyOf(text, family);
    expect(of('aggregated_api_failing')).toEqual({ '': 1 });
    // Never anything but 0.
    expect(of('aggregated_api_failures_periodic')).toEqual({});
    expect(text).toMatch(/^aggregated_api_exporter_tick_duration_seconds_count 1$/m);
    expect(Object.keys(of('aggregated_api_exporter_build_info'))[0]).toContain('version="dev"');
  });

  it('an API that was deleted while it failed stands there as long as the snapshot holds it', async () => {
    const { pass, get, lines } = await start({ ready: true, apis: [{}, { ...FAILING, name: 'v1.moorings.example.com', deletedAt: NOW }] });
    pass(250);
    expect((await get('/')).text).toContain('v1.moorings.example.com');
    expect(lines.filter(({ msg }) => msg === 'a tick failed')).toEqual([]);
  });

  it('the time of a tick is measured, in seconds', async () => {
    const { pass, get } = await start({ ready: true, apis: [{}], takes: 40 });
    pass(250);
    expect((await get('/metrics')).text).toMatch(/^aggregated_api_exporter_tick_duration_seconds_sum 0\.04$/m);
  });

  it('a failure that begins is logged once', async () => {
    const { pass, lines } = await start({ ready: true, apis: [FAILING] });
    pass(60_000);
    expect(lines.filter(({ event }) => event === 'onset')).toHaveLength(1);
  });
});

describe('a configuration that is read again', () => {
  it('sets the pace of the ticks', async () => {
    const { pass, seen, now, reload } = await start({ ready: true, apis: [{}] });
    pass(250);
    now.config = { ...now.config, diagnosis: { ...now.config.diagnosis, interval: 1000 } };
    reload();
    pass(5000);
    const before = seen.snapshots;
    pass(3000);
    expect(seen.snapshots - before).toBe(3);
  });

  it('takes over once each API had its turn, so that no verdict ends', async () => {
    const scene: Scene = { ready: true, apis: [{}] };
    const { pass, lines, now, reload } = await start(scene);
    const tookOver = () => lines.some(({ msg }) => msg === 'observing by the new configuration');
    pass(250);
    scene.complete = false;
    now.config = { ...now.config, probe: { ...now.config.probe, interval: 20_000 } };
    reload();
    pass(20_000);
    expect(tookOver()).toBe(false);
    scene.complete = true;
    pass(6000);
    expect(tookOver()).toBe(true);
  });
});

describe('configuration', () => {
  const good = async (get: (path: string) => Promise<{ text: string }>) =>
    familyOf((await get('/metrics')).text, 'aggregated_api_exporter_config_last_reload_successful')[''];

  it('that cannot be read again stays as it was given', async () => {
    const { get, reload, lines } = await start({ ready: true, apis: [{}] }, undefined, { fixed: true });
    reload();
    expect(await good(get)).toBe(1);
    expect(lines.map(({ msg }) => msg)).toContain('configuration read again');
  });

  it('of the web is read again when its file changes, and told when that fails', async () => {
    const file = join(folder, 'web.yaml');
    writeFileSync(file, '');
    const { get } = await start({ ready: true, apis: [{}] }, (config) => ({ ...config, web: { ...config.web, config_file: file } }));
    const seen = [await good(get)];
    for (const text of ['low: water', '# nothing']) {
      writeFileSync(file, text);
      seen.push(await good(get));
    }
    expect(seen).toEqual([1, 0, 1]);
  });
});

describe('a shard', () => {
  const ofShard: Changes = (config) => ({ ...config, apis: { ...config.apis, shard: { index: 1, count: 3 } } });
  const series = async (get: (path: string) => Promise<{ text: string }>) =>
    familyOf((await get('/metrics')).text, 'aggregated_api_exporter_shards');

  it('is counted while it sees its APIs', async () => {
    const scene: Scene = { ready: true, apis: [{}], answering: ['api-services'] };
    const { get, pass } = await start(scene, ofShard);
    pass(250);
    expect(await series(get)).toEqual({});
    scene.answering = ['api-services', 'probes'];
    expect(await series(get)).toEqual({ 'shard="1"': 3 });
  });

  it('has no series where nothing is shared out', async () => {
    const { get } = await start({ ready: true, apis: [{}], answering: ['api-services', 'probes'] });
    expect(await series(get)).toEqual({});
  });

  it('stays the same until a restart', async () => {
    const { shards, now, reload, lines } = await start({ ready: true, apis: [{}] }, ofShard);
    now.config = { ...now.config, apis: { exclude: ['v1.tides.example.com'], shard: { index: 0, count: 2 } } };
    reload();
    expect(shards).toEqual(['1/3', '1/3']);
    expect(lines).toContainEqual(expect.objectContaining({ settings: ['apis.shard'] }));
  });

  it('elects a leader of its own', async () => {
    const elects: Changes = (config) => ({
      ...config,
      leader_election: { ...config.leader_election, enabled: true, namespace: 'harbour' },
    });
    const leaseOf = async (change: Changes) => {
      const { asked } = await start({ ready: true, apis: [{}] }, change);
      while (!asked.some((path) => path.includes('/leases'))) await turn();
      return asked.find((path) => path.includes('/leases'))!.trim();
    };
    expect(await leaseOf(elects)).toMatch(/\/leases\/aggregated-api-exporter-leader$/);
    expect(await leaseOf((config) => elects(ofShard(config)))).toMatch(/\/leases\/aggregated-api-exporter-leader-shard-1$/);
  });
});

describe('an error that nobody caught', () => {
  /** What the process does with it, and the codes with which it ends. */
  function uncaught() {
    const listeners = new Map<string, (error: Error) => void>();
    const on = vi.spyOn(process, 'on').mockImplementation((event, listener) => {
      listeners.set(String(event), listener as never);
      return process;
    });
    catchUncaught();
    on.mockRestore();
    const exits: unknown[] = [];
    const spies = [
      vi.spyOn(process, 'exit').mockImplementation(((code: unknown) => void exits.push(code)) as never),
      vi.spyOn(process.stderr, 'write').mockReturnValue(true),
    ];
    onTestFinished(() => spies.forEach((spy) => void spy.mockRestore()));
    return {
      exits,
      raise: (times: number) => Array.from({ length: times }, () => listeners.get('uncaughtException')!(new Error('low water'))),
    };
  }

  it('is counted and outlived, unless there is no end to them', async () => {
    const { raise, exits } = uncaught();
    const { get } = await start({ ready: true, apis: [{}] });
    raise(MAX_UNCAUGHT);
    expect(exits).toEqual([]);
    expect(familyOf((await get('/metrics')).text, 'aggregated_api_exporter_uncaught_errors_total')).toMatchObject({
      'source="none"': MAX_UNCAUGHT,
    });
    raise(1);
    expect(exits).toEqual([2]);
  });

  it('is no longer the exporter’s once that has ended', async () => {
    const { raise, exits } = uncaught();
    const { stop } = await start({ ready: true, apis: [{}] });
    await stop();
    raise(1);
    expect(exits).toEqual([2]);
  });
});

describe('the pages', () => {
  it('are told to the log, and hold the runbooks', async () => {
    const { lines, get } = await start({ ready: true, apis: [{}] });
    expect(lines.find(({ msg }) => msg === 'listening')).toMatchObject({ urls: [expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/)] });
    expect(await get('/runbooks/connection-refused')).toMatchObject({ status: 200, text: expect.stringContaining('<html') });
    expect((await get('/runbooks/low-water')).status).toBe(404);
  });

  it.each<[string, readonly string[], number]>([
    ['somebody whom the kube-apiserver lets in', ['harbour-master'], 200],
    ['a stranger', [], 401],
  ])('that quote are given to %s where they are guarded', async (_, reviewed, status) => {
    const guarded: Changes = (config) => ({ ...config, web: { ...config.web, evidence: 'authenticated' } });
    const { pass, get, asked } = await start({ ready: true, apis: [{}] }, guarded, { reviewed });
    pass(250);
    expect((await get('/api/v1/status', { authorization: 'Bearer abc' })).status).toBe(status);
    expect(asked.some((request) => request.includes('tokenreviews'))).toBe(true);
    expect((await get('/metrics')).status).toBe(200);
  });

  it('are nobody’s business to ask the kube-apiserver for where they are open', async () => {
    const { pass, get, asked } = await start({ ready: true, apis: [{}] });
    pass(250);
    expect((await get('/api/v1/status', { authorization: 'Bearer abc' })).status).toBe(200);
    expect(asked).toEqual([]);
  });

  it('link below the external URL', async () => {
    const { pass, get } = await start({ ready: true, apis: [FAILING] }, (config) => ({
      ...config,
      web: { ...config.web, external_url: 'https://ops.example.com/tides/' },
    }));
    pass(250);
    expect((await get('/')).text).toMatch(/href="\/tides\//);
  });

  it('are not served where the web configuration cannot be read', async () => {
    await expect(
      start({ ready: true, apis: [] }, (config) => ({ ...config, web: { ...config.web, config_file: join(folder, 'missing.yaml') } })),
    ).rejects.toThrow();
  });
});

describe('the end', () => {
  it('comes with the signal and not before: no tick, no page, no observer, no client, and the history is saved', async () => {
    const file = join(folder, 'history.json');
    const { pass, seen, stop, get, ended } = await start({ ready: true, apis: [FAILING] }, (config) => ({
      ...config,
      diagnosis: { ...config.diagnosis, state_file: file },
    }));
    pass(250);
    await turn();
    expect([ended(), seen.signal!.aborted, seen.closed, existsSync(file)]).toEqual([false, false, 0, false]);
    await stop();
    expect([ended(), seen.signal!.aborted, seen.closed, existsSync(file)]).toEqual([true, true, 1, true]);
    const { snapshots } = seen;
    pass(60_000);
    expect(seen.snapshots).toBe(snapshots);
    await expect(get('/-/healthy')).rejects.toThrow();
  });

  it('comes at once where the signal was there before', async () => {
    const stopped = new AbortController();
    stopped.abort();
    const { stop, ended, seen } = await start({ ready: true, apis: [{}] }, undefined, { stop: stopped });
    await stop();
    expect([ended(), seen.closed]).toEqual([true, 1]);
  });
});
