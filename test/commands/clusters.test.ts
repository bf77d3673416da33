import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { runExporter } from '../../src/commands/exporter.ts';
import { type ClusterSettings, type Config, defaultConfig } from '../../src/config.ts';
import { UNOBSERVED } from '../../src/domain/observed.ts';
import { printShard } from '../../src/domain/shard.ts';
import type { ApiFacts } from '../../src/domain/snapshot.ts';
import type { SourceState } from '../../src/domain/sources.ts';
import type { Observer } from '../../src/observe/observer.ts';
import { familyOf, seriesOf } from '../expose/parse-exposition.ts';
import { freePort } from '../support/free-port.ts';
import { healthyApi, healthySnapshot, healthyTally, NOW, probeResult } from '../support/healthy.ts';

/** Where it is installed. */
const PROMTOOL = 'promtool';
const folder = mkdtempSync(join(tmpdir(), 'clusters-'));
afterAll(() => rmSync(folder, { recursive: true }));
/** The clock of the ticks; that of the sockets goes on by itself. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const FAILING: Partial<ApiFacts> = {
  probes: [healthyTally('aggregator', 'discovery', { last: probeResult({ ok: false, reason: 'connection_refused', at: NOW }) })],
};

/** What a test says of a cluster: healthy with one API, unless it differs. */
interface Scene {
  apis?: Partial<ApiFacts>[];
  /** Of its APIServices. */
  seen?: SourceState;
  /** Has each API had its turn? */
  ready?: boolean;
  /** Its kubeconfig can not be used. */
  broken?: string | undefined;
  /** Milliseconds that each tick takes. */
  takes?: number;
  settings?: Omit<ClusterSettings, 'name' | 'differs'> & Partial<Pick<ClusterSettings, 'differs'>>;
}

interface Seen {
  /** When each tick was, in milliseconds after the start. */
  readonly ticks: number[];
  /** Configurations by which it was connected to. */
  readonly connected: Config[];
  shard?: string | undefined;
  closed: number;
  readonly asked: string[];
}

function observerOf(scene: Scene, seen: Seen, began: number): Observer {
  return {
    start() {},
    restart() {},
    snapshot() {
      seen.ticks.push(performance.now() - began);
      vi.advanceTimersByTime(scene.takes ?? 0);
      return healthySnapshot({
        time: NOW + seen.ticks.length * 1000,
        apis: (scene.apis ?? [{}]).map((differs) => healthyApi(differs)),
      });
    },
    sources: () => [
      { source: 'api-services', state: scene.seen ?? 'ok', ...(scene.seen === 'failed' && { message: 'low water at 192.0.2.7' }) },
      { source: 'probes', state: 'ok' },
    ],
    ready: () => scene.ready ?? (scene.seen ?? 'ok') === 'ok',
    complete: () => scene.ready ?? (scene.seen ?? 'ok') === 'ok',
    onUrgent() {},
  };
}

/** The exporter of these clusters, in their order; no moment passes but by `pass`. */
async function start(scenes: Readonly<Record<string, Scene>>, change: (config: Config) => Config = (config) => config) {
  const port = await freePort();
  const usual = defaultConfig();
  const clusters = Object.entries(scenes).map(([name, { settings }]) => ({ name, differs: {}, ...settings }));
  const config = change({ ...usual, web: { ...usual.web, listen_addresses: [`127.0.0.1:${port}`] }, clusters });
  const began = performance.now();
  const nothing = (): Seen => ({ ticks: [], connected: [], closed: 0, asked: [] });
  const seen = Object.fromEntries(Object.keys(scenes).map((name) => [name, nothing()] as const));
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  const now = { config };
  let reload = (): void => {};
  const stop = new AbortController();
  const end = runExporter({
    config,
    connect: (by, { shard }, cluster) => {
      const [scene, its] = [scenes[cluster!.name]!, seen[cluster!.name]!];
      if (scene.broken !== undefined) throw new Error(scene.broken);
      its.connected.push(by);
      its.shard = shard && printShard(shard);
      return {
        observer: observerOf(scene, its, began),
        client: {
          async request(path) {
            its.asked.push(path);
            const status = path.includes('tokenreviews')
              ? { authenticated: true, user: { username: 'harbour-master' } }
              : { allowed: true };
            return { status: 201, headers: {}, body: Buffer.from(JSON.stringify({ status })) };
          },
          close: () => void its.closed++,
        },
      };
    },
    log,
    stop: stop.signal,
    onReload: (listener) => {
      reload = listener;
    },
    readConfig: () => now.config,
  });
  onTestFinished(async () => {
    stop.abort();
    await end.catch(() => {});
  });
  while (!lines.some(({ msg }) => msg === 'listening')) await Promise.race([end, turn()]);
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    return { status: response.status, text: await response.text() };
  };
  return {
    ...{ seen, lines, get, now, reload: () => reload() },
    pass: (ms: number) => vi.advanceTimersByTime(ms),
    stop: async () => {
      stop.abort();
      await end;
    },
  };
}

const words = (document: string) =>
  document
    .replace(/<(style|script)>.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
const rows = (document: string) => [...document.matchAll(/<tr><td class="name">(.*?)<\/tr>/gs)].map(([row]) => words(row).trim());

describe('the list of clusters', () => {
  it('has the worst first, and calls none healthy that was not seen', async () => {
    const { pass, get } = await start({
      harbour: {},
      quay: { apis: [{}, { ...FAILING, name: 'v1.moorings.example.com' }] },
      pier: { seen: 'failed' },
      mole: { seen: 'pending' },
      wharf: { apis: [{ probes: [], condition: UNOBSERVED }] },
      beach: { apis: [] },
    });
    pass(5000);
    expect(rows((await get('/')).text)).toEqual([
      expect.stringMatching(/^quay ✕ failing 1 failing, 1 healthy/),
      expect.stringMatching(/^pier \? not visible api-services failed: low water at 192\.0\.2\.7/),
      expect.stringMatching(/^mole … waiting for the first answers/),
      expect.stringMatching(/^wharf \? not observed 1 not observed/),
      expect.stringMatching(/^beach – no aggregated API/),
      expect.stringMatching(/^harbour ✓ healthy 1 healthy/),
    ]);
  });

  it('says of a cluster that is not seen any more what was seen last, and that it is so', async () => {
    const pier: Scene = { apis: [FAILING] };
    const { pass, get } = await start({ pier });
    pass(5000);
    expect(rows((await get('/')).text)[0]).not.toContain('not visible');
    Object.assign(pier, { seen: 'failed', ready: true });
    pass(5000);
    expect(rows((await get('/')).text)[0]).toMatch(/^pier ✕ failing \? not visible 1 failing api-services failed/);
  });

  it('quotes no answer where evidence is not open', async () => {
    const guarded = (config: Config): Config => ({ ...config, web: { ...config.web, evidence: 'off' } });
    const { pass, get } = await start({ pier: { seen: 'failed' } }, guarded);
    pass(5000);
    expect(rows((await get('/')).text)).toEqual([expect.stringMatching(/^pier \? not visible its page says why$/)]);
  });
});

describe('ready', () => {
  it('is who knows of each cluster something, or that it can not be seen', async () => {
    const scenes = { harbour: {}, pier: { seen: 'failed' }, mole: { seen: 'pending' } } satisfies Record<string, Scene>;
    const { pass, get } = await start(scenes);
    pass(5000);
    expect(await get('/-/ready')).toEqual({ status: 503, text: 'waiting for the first tick of mole\n' });
    Object.assign(scenes.mole, { seen: 'unauthorised' });
    expect((await get('/-/ready')).status).toBe(200);
    const each = await Promise.all(['harbour', 'pier', 'mole'].map(async (name) => (await get(`/clusters/${name}/-/ready`)).status));
    expect(each).toEqual([200, 503, 503]);
  });

  it('is not yet who has just found that a cluster answers', async () => {
    const { pass, get } = await start({ harbour: { seen: 'ok', ready: false } });
    pass(5000);
    expect((await get('/-/ready')).status).toBe(503);
  });
});

describe('/metrics', () => {
  const scenes: Readonly<Record<string, Scene>> = {
    harbour: { apis: [FAILING] },
    quay: {},
    pier: { seen: 'failed' },
  };

  it('says each series of each cluster, whose it is, under one head', async () => {
    const { pass, get } = await start(scenes);
    pass(5000);
    const { text } = await get('/metrics');
    expect(familyOf(text, 'aggregated_api_failing')).toEqual({ 'cluster="harbour",': 1, 'cluster="quay",': 0 });
    expect(Object.keys(familyOf(text, 'aggregated_api_info')).map((labels) => labels.split(',')[0])).toEqual([
      'cluster="harbour"',
      'cluster="quay"',
    ]);
    expect(familyOf(text, 'aggregated_api_exporter_cluster_up')).toEqual({
      'cluster="harbour"': 1,
      'cluster="quay"': 1,
      'cluster="pier"': 0,
    });
    expect(familyOf(text, 'aggregated_api_exporter_source_up')).toMatchObject({
      'cluster="quay",source="api-services"': 1,
      'cluster="pier",source="api-services"': 0,
    });
    const whole = ['config_last_reload', 'redactions_total', 'uncaught_errors_total'];
    const without = [...seriesOf(text).keys()].filter((name) => name.startsWith('aggregated_') && !name.includes('cluster="'));
    expect(without.filter((name) => !whole.some((part) => name.includes(part)))).toEqual([]);
    const heads = text.split('\n').filter((line) => line.startsWith('# TYPE'));
    expect(new Set(heads).size).toBe(heads.length);
  });

  it('is a whole exposition in both formats', async () => {
    const { pass, get } = await start(scenes);
    pass(5000);
    const openMetrics = (await get('/metrics', { accept: 'application/openmetrics-text; version=1.0.0' })).text;
    expect(openMetrics.match(/# EOF\n/g)).toHaveLength(1);
    const text = (await get('/metrics')).text;
    const known = (part: string) => [...seriesOf(part).keys()].filter((name) => name.startsWith('aggregated_')).sort();
    expect(known(openMetrics)).toEqual(known(text));
    const { error, status, stderr, stdout } = spawnSync(PROMTOOL, ['check', 'metrics'], { input: text, encoding: 'utf8' });
    if (!error) expect([status, stdout, stderr]).toEqual([0, '', '']);
  });

  it('of one cluster is at its own path', async () => {
    const { pass, get } = await start(scenes);
    pass(5000);
    const { text } = await get('/clusters/quay/metrics');
    expect(Object.keys(familyOf(text, 'aggregated_api_info'))).toEqual([expect.stringMatching(/^cluster="quay",/)]);
    expect([...seriesOf(text).keys()].filter((name) => name.includes('cluster="harbour"'))).toEqual([]);
  });

  it('keeps the limits of each cluster apart', async () => {
    const many = Array.from({ length: 102 }, (_, at) => ({ name: `v1.berth-${at}.example.com` }));
    const { pass, get } = await start({
      harbour: { apis: many, settings: { differs: { limits: { series_per_family: 100 } } } },
      quay: { apis: many },
    });
    pass(5000);
    const { text } = await get('/metrics');
    const whose = Object.keys(familyOf(text, 'aggregated_api_info')).map((labels) => /^cluster="(.*?)"/.exec(labels)![1]);
    expect([whose.filter((name) => name === 'harbour').length, whose.filter((name) => name === 'quay').length]).toEqual([100, 102]);
    expect(familyOf(text, 'aggregated_api_exporter_series_dropped_total')).toMatchObject({
      'cluster="harbour",family="aggregated_api_info"': 2,
      'cluster="quay",family="aggregated_api_info"': 0,
    });
  });
});

describe('the pages of a cluster', () => {
  it('are those of an only one, under its path, and say whose they are', async () => {
    const { pass, get } = await start({ harbour: { apis: [FAILING] }, quay: {} });
    pass(5000);
    const { status, text } = await get('/clusters/harbour/');
    expect([status, words(text)]).toEqual([200, expect.stringContaining('cluster harbour · all clusters')]);
    expect(text).toContain('<title>(1) Aggregated APIs · harbour</title>');
    expect(text).toContain('href="/clusters/harbour/apis/v1.tides.example.com"');
    expect(text).toContain('<a href="/">all clusters</a>');
    const paths = [
      'apis/v1.tides.example.com',
      'incidents',
      'api/v1/diagnoses',
      'api/v1/status',
      'api/v1/openapi.json',
      'runbooks/connection-refused',
    ];
    for (const path of paths) expect([path, (await get(`/clusters/harbour/${path}`)).status]).toEqual([path, 200]);
    expect(JSON.parse((await get('/clusters/harbour/api/v1/diagnoses')).text)).toMatchObject({
      answer: expect.not.stringMatching('healthy'),
    });
    expect(JSON.parse((await get('/clusters/quay/api/v1/diagnoses')).text)).toMatchObject({ answer: 'healthy' });
  });

  it('are nowhere else, and of no other name', async () => {
    const { pass, get } = await start({ harbour: {} });
    pass(5000);
    for (const path of ['/api/v1/status', '/incidents', '/clusters/quay/', '/clusters/', '/clusters/harbour2/'])
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    expect((await get('/runbooks/connection-refused')).status).toBe(200);
  });

  it('are found by the link of an alert, which names the API alone', async () => {
    const { pass, get, seen } = await start({
      harbour: { apis: [{}] },
      quay: { apis: [FAILING, { name: 'v1.moorings.example.com' }] },
    });
    pass(5000);
    expect(rows((await get('/apis/v1.tides.example.com')).text)).toEqual([
      expect.stringMatching(/^quay ✕ failing 1 failing /),
      expect.stringMatching(/^harbour ✓ healthy 1 healthy$/),
    ]);
    expect((await get('/apis/v1.tides.example.com')).text).toContain('href="/clusters/quay/apis/v1.tides.example.com"');
    const { text } = await get('/apis/v1.moorings.example.com');
    expect(words(text)).toContain('cluster quay · all clusters');
    expect(await get('/apis/v1.gulls.example.com')).toMatchObject({ status: 404, text: expect.stringContaining('No cluster has') });
    expect(seen.quay!.ticks.length).toBeGreaterThan(0);
    const [{ id }] = (JSON.parse((await get('/clusters/quay/api/v1/incidents')).text) as { incidents: [{ id: string }] }).incidents;
    expect(words((await get(`/incidents/${id}`)).text)).toContain('cluster quay · all clusters');
    expect((await get('/incidents/v1.gulls.example.com-1')).status).toBe(404);
  });

  it('link below the external URL', async () => {
    const behind = (config: Config): Config => ({ ...config, web: { ...config.web, external_url: 'https://ops.example.com/apis' } });
    const { pass, get } = await start({ harbour: { apis: [FAILING] } }, behind);
    pass(5000);
    for (const path of ['/apis/clusters/harbour/', '/clusters/harbour/'])
      expect((await get(path)).text).toContain('href="/apis/clusters/harbour/apis/v1.tides.example.com"');
    expect((await get('/apis/')).text).toContain('href="/apis/clusters/harbour/"');
    expect((await get('/apis/clusters/harbour/')).text).toContain('<a href="/apis/">all clusters</a>');
  });

  it('show a token to the kube-apiserver of the cluster that it was sent for, and to no other', async () => {
    const guarded = (config: Config): Config => ({ ...config, web: { ...config.web, evidence: 'authenticated' } });
    const { pass, get, seen } = await start({ harbour: {}, quay: {} }, guarded);
    pass(5000);
    expect((await get('/clusters/quay/api/v1/status')).status).toBe(401);
    expect((await get('/clusters/quay/api/v1/status', { authorization: 'Bearer abc' })).status).toBe(200);
    expect([seen.harbour!.asked.length, seen.quay!.asked.length]).toEqual([0, 2]);
    expect((await get('/metrics')).status).toBe(200);
  });
});

describe('a kubeconfig that can not be used', () => {
  it('is told, costs the others nothing, and is tried again until it can', async () => {
    const pier: Scene = { broken: '/harbour/pier: no such file' };
    const { pass, get, lines, seen } = await start({ pier, harbour: {} });
    pass(5000);
    expect(rows((await get('/')).text)).toEqual([
      expect.stringMatching(/^pier \? not visible api-services failed: \/harbour\/pier: no such file/),
      expect.stringMatching(/^harbour ✓ healthy/),
    ]);
    expect((await get('/-/ready')).status).toBe(200);
    expect(words((await get('/clusters/pier/')).text)).toMatch(/APIServices are not visible.*no such file/);
    expect(familyOf((await get('/metrics')).text, 'aggregated_api_exporter_source_up')).toMatchObject({
      'cluster="pier",source="api-services"': 0,
      'cluster="harbour",source="api-services"': 1,
    });
    expect(lines.filter(({ cluster, level }) => cluster === 'pier' && level === 50)).toHaveLength(1);
    pass(9000);
    pier.broken = undefined;
    expect(seen.pier!.connected).toHaveLength(0);
    pass(10_000);
    expect(seen.pier!.connected).toHaveLength(1);
    expect(rows((await get('/')).text)[0]).toMatch(/^harbour ✓ healthy/);
    expect(rows((await get('/')).text)[1]).toMatch(/^pier ✓ healthy/);
  });

  it('is tried no more after the end', async () => {
    const pier: Scene = { broken: 'no such file' };
    const { pass, seen, stop } = await start({ pier });
    pass(1000);
    await stop();
    pier.broken = undefined;
    pass(60_000);
    expect(seen.pier!.connected).toHaveLength(0);
  });
});

describe('ticks', () => {
  it('of several are spread over the interval', async () => {
    const { pass, seen } = await start({ a: {}, b: {}, c: {}, d: {} });
    pass(20_000);
    const between = (name: string) => seen[name]!.ticks.slice(-2).reduce((before, after) => after - before);
    expect(['a', 'b', 'c', 'd'].map(between)).toEqual([5000, 5000, 5000, 5000]);
    const last = ['a', 'b', 'c', 'd'].map((name) => seen[name]!.ticks.at(-1)! % 5000).sort((x, y) => x - y);
    expect(last.slice(1).map((at, index) => at - last[index]!)).toEqual([1250, 1250, 1250]);
  });

  it('of a large cluster make those of a small one wait for one of them at most', async () => {
    const { pass, seen } = await start({ large: { takes: 1500 }, small: {} });
    pass(60_000);
    const { ticks } = seen.small!;
    const gaps = ticks.slice(1).map((at, index) => at - ticks[index]!);
    expect(gaps.length).toBeGreaterThan(8);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(5000 + 1500 + 50);
  });

  it('keep the interval of each cluster', async () => {
    const { pass, seen } = await start({ large: { settings: { differs: { diagnosis: { interval: 30_000 } } } }, small: {} });
    pass(1000);
    const before = [seen.large!.ticks.length, seen.small!.ticks.length] as const;
    pass(60_000);
    expect([seen.large!.ticks.length - before[0], seen.small!.ticks.length - before[1]]).toEqual([2, 12]);
  });
});

describe('a configuration that is read again', () => {
  const every = (interval: number, differs: ClusterSettings['differs'] = {}) => ({
    probe: { ...defaultConfig().probe, interval },
    clusters: [
      { name: 'harbour', differs },
      { name: 'quay', differs: {} },
    ],
  });

  it('is taken by each cluster that it changes', async () => {
    const { now, reload, seen, pass } = await start({ harbour: {}, quay: {} });
    pass(5000);
    const probed = () => [seen.harbour!, seen.quay!].map(({ connected }) => connected.map((by) => by.probe.interval));
    now.config = { ...now.config, ...every(10_000, { probe: { interval: 30_000 } }) };
    reload();
    expect(probed()).toEqual([[10_000, 30_000], [10_000]]);
    now.config = { ...now.config, ...every(20_000, { probe: { interval: 30_000 } }) };
    reload();
    expect(probed()).toEqual([
      [10_000, 30_000],
      [10_000, 20_000],
    ]);
  });

  it('with other clusters waits for a restart, and says so', async () => {
    const { now, reload, seen, lines, pass } = await start({ harbour: {}, quay: {} });
    pass(5000);
    now.config = {
      ...now.config,
      clusters: [
        { name: 'harbour', differs: {} },
        { name: 'pier', differs: {} },
      ],
    };
    reload();
    expect(lines).toContainEqual(expect.objectContaining({ settings: ['clusters'] }));
    const { length } = seen.quay!.ticks;
    pass(5000);
    expect(seen.quay!.ticks.length).toBeGreaterThan(length);
  });

  it('does not end what is seen where the kubeconfig has become unusable', async () => {
    const scenes: Record<string, Scene> = { harbour: {}, quay: {} };
    const { now, reload, seen, pass, get } = await start(scenes);
    pass(5000);
    scenes.quay!.broken = 'no such file';
    now.config = { ...now.config, ...every(20_000) };
    reload();
    pass(60_000);
    expect(seen.harbour!.closed).toBe(1);
    expect(seen.quay!.closed).toBe(0);
    expect(rows((await get('/')).text)).toEqual([expect.stringMatching(/^harbour ✓/), expect.stringMatching(/^quay ✓/)]);
    scenes.quay!.broken = undefined;
    pass(20_000);
    expect(seen.quay!.closed).toBe(1);
  });
});

it('the files of each cluster are in a folder of its own', async () => {
  const { pass, stop } = await start({ harbour: {}, quay: {} }, (config) => ({
    ...config,
    diagnosis: { ...config.diagnosis, state_file: join(folder, 'state.json') },
    incidents: { ...config.incidents, file: join(folder, 'incidents.jsonl') },
  }));
  pass(5000);
  await stop();
  for (const file of ['harbour/state.json', 'quay/state.json', 'harbour/incidents.jsonl'])
    expect([file, existsSync(join(folder, file))]).toEqual([file, true]);
  expect(existsSync(join(folder, 'state.json'))).toBe(false);
});

it('shards share the APIs of each cluster out', async () => {
  const sharded = (config: Config): Config => ({ ...config, apis: { ...config.apis, shard: { index: 1, count: 2 } } });
  const { pass, seen, get } = await start({ harbour: {}, quay: {}, pier: { seen: 'failed' } }, sharded);
  pass(5000);
  expect([seen.harbour!.shard, seen.quay!.shard]).toEqual(['1/2', '1/2']);
  expect(familyOf((await get('/metrics')).text, 'aggregated_api_exporter_shards')).toEqual({
    'cluster="harbour",shard="1"': 2,
    'cluster="quay",shard="1"': 2,
  });
});

it('each line of the log says whose it is', async () => {
  const { pass, lines } = await start({ harbour: { apis: [FAILING] }, quay: { apis: [FAILING] } });
  pass(5000);
  expect(
    lines
      .filter(({ event }) => event === 'onset')
      .map(({ cluster }) => cluster)
      .sort(),
  ).toEqual(['harbour', 'quay']);
});
