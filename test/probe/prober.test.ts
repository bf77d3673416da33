import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PROBE_DURATION_BUCKETS, type ProbeResult } from '../../src/domain/probe.ts';
import type { Targets } from '../../src/objects/targets.ts';
import { createProber, type Prober, type ProberOptions } from '../../src/probe/prober.ts';
import { type Logger, SILENT } from '../../src/source/logger.ts';
import type { Authority, Issued } from '../support/certificates.ts';
import { passes, useLoopTime } from '../support/virtual-time.ts';
import {
  answering,
  apiTarget,
  eventually,
  harbourAuthority,
  healthy,
  kubeClient,
  liveTargets,
  type Servers,
  serversOfTest,
} from './servers.ts';

useLoopTime();

let authority: Authority;
let good: Issued;
let servers: Servers;
let running: AbortController;

beforeAll(async () => {
  ({ authority, good } = await harbourAuthority());
});
beforeEach(() => {
  ({ servers, running } = serversOfTest());
});

function start(
  targets: Targets,
  options: ProberOptions = {},
  more: { log?: Logger; onResult?: (api: string, result: ProbeResult) => void; onChange?: () => void } = {},
): Prober {
  const prober = createProber({
    client: kubeClient('https://127.0.0.1:1', {}),
    targets,
    clock: Date.now,
    log: SILENT,
    options: {
      vantages: ['endpoint', 'service'],
      allowAddresses: ['127.0.0.0/8'],
      inCluster: true,
      firstWithinMs: 0,
      intervalMs: 40,
      burstSteps: 0,
      discoveryTimeoutMs: 1000,
      ...options,
    },
    ...more,
  });
  prober.start(running.signal);
  return prober;
}

const at = (port: number, ip = '127.0.0.1') => ({ ip, port, ready: true });
const API = 'v1.tides.example.com';

describe('tallies', () => {
  it('count per target, fill the histogram with good probes, and go with the API', async () => {
    const { port } = await servers.https(good, healthy);
    const refusing = await servers.refusing();
    const targets = liveTargets();
    targets.set(apiTarget({ caBundle: authority.cert, addresses: [at(port), at(refusing)] }));
    const prober = start(targets);
    const of = (where: number) => prober.tallies(API).find((tally) => tally.target === `127.0.0.1:${where}`);
    await eventually(() => (of(port)?.attempts ?? 0) >= 3 && (of(refusing)?.attempts ?? 0) >= 3);
    const ok = of(port)!;
    expect(ok.failures).toEqual({});
    expect(ok.lastOk).toBeGreaterThan(0);
    expect(ok.durationBuckets).toHaveLength(PROBE_DURATION_BUCKETS.length + 1);
    expect([...ok.durationBuckets].sort((a, b) => a - b)).toEqual(ok.durationBuckets);
    const bad = of(refusing)!;
    expect(bad.failures).toEqual({ connection_refused: bad.attempts });
    expect(bad.durationBuckets.at(-1)).toBe(0);
    expect(bad.lastFailure).toMatchObject({ reason: 'connection_refused' });

    targets.remove(API);
    expect(prober.tallies(API)).toEqual([]);
  });

  it('never fall in sum when an address is replaced', async () => {
    const first = await servers.refusing();
    const second = await servers.refusing();
    const targets = liveTargets();
    targets.set(apiTarget({ addresses: [at(first)] }));
    const prober = start(targets);
    const failures = () => prober.tallies(API).reduce((sum, tally) => sum + (tally.failures.connection_refused ?? 0), 0);
    await eventually(() => failures() >= 3);
    const before = failures();
    targets.set(apiTarget({ addresses: [at(second)] }));
    await eventually(() => prober.tallies(API).length > 0);
    expect(prober.tallies(API).map(({ target }) => target)).toEqual([`127.0.0.1:${second}`]);
    expect(failures()).toBeGreaterThanOrEqual(before);
  });

  it('keep the counts of a vantage that had no target for a while', async () => {
    const port = await servers.refusing();
    const targets = liveTargets();
    targets.set(apiTarget({ addresses: [at(port)] }));
    const prober = start(targets);
    await eventually(() => (prober.tallies(API)[0]?.attempts ?? 0) >= 3);
    targets.set(apiTarget({ addresses: [] }));
    expect(prober.tallies(API)).toEqual([]);
    targets.set(apiTarget({ addresses: [at(port)] }));
    await eventually(() => (prober.tallies(API)[0]?.attempts ?? 0) >= 4);
  });
});

describe('what is probed', () => {
  it('is every ready endpoint, and those that are not ready only while none is', async () => {
    const ready = await servers.refusing();
    const not = await servers.refusing();
    const targets = liveTargets();
    targets.set(apiTarget({ addresses: [at(ready), { ...at(not), ready: false }] }));
    const prober = start(targets);
    await eventually(() => prober.tallies(API).length > 0);
    expect(prober.tallies(API).map(({ target }) => target)).toEqual([`127.0.0.1:${ready}`]);
    targets.set(apiTarget({ addresses: [{ ...at(not), ready: false }] }));
    await eventually(() => prober.tallies(API).some(({ target }) => target === `127.0.0.1:${not}`));
  });

  it('is the Service by its ClusterIP and port', async () => {
    const port = await servers.refusing();
    const targets = liveTargets();
    const service = { type: 'ClusterIP', clusterIP: '127.0.0.1', selector: null, ports: [] };
    targets.set(apiTarget({ service, backend: { namespace: 'harbour', service: 'tide-gauge', port } }));
    const prober = start(targets);
    await eventually(() => prober.tallies(API).length > 0);
    expect(prober.tallies(API)[0]).toMatchObject({ vantage: 'service', target: `127.0.0.1:${port}`, failures: { connection_refused: 1 } });
  });

  it.each([
    { type: 'ExternalName', externalName: 'localhost', selector: null, ports: [] },
    { type: 'ClusterIP', clusterIP: 'None', selector: null, ports: [] },
  ])('is no Service %j', async (service) => {
    const targets = liveTargets();
    targets.set(apiTarget({ service }));
    const prober = start(targets);
    await passes(1000);
    expect(prober.tallies(API)).toEqual([]);
  });

  it.each(['127.0.0.1', '169.254.169.254', '::1', '0.0.0.0', '224.0.0.1', 'fe80::1', '::ffff:127.0.0.1', 'localhost'])(
    'is never %s, which an object of the cluster may name; said once',
    async (ip) => {
      const server = await servers.https(good, healthy);
      const warned: string[] = [];
      const targets = liveTargets();
      targets.set(apiTarget({ addresses: [at(server.port, ip)] }));
      const prober = start(targets, { allowAddresses: [] }, { log: { ...SILENT, warn: (_, message) => warned.push(message) } });
      targets.set(apiTarget({ addresses: [at(server.port, ip)] }));
      await passes(1000);
      expect(server.connections()).toBe(0);
      expect(prober.tallies(API)).toEqual([]);
      expect(warned.filter((message) => message.includes('not probed'))).toHaveLength(1);
    },
  );
});

describe('pace', () => {
  it('is a burst after a first failure, and then the usual one', async () => {
    const server = await servers.https(good, answering(503, ''));
    const targets = liveTargets();
    targets.set(apiTarget({ caBundle: authority.cert, addresses: [at(server.port)] }));
    start(targets, { intervalMs: 60_000, burstSteps: 5, burstStepMs: 20 });
    await eventually(() => server.connections() === 6);
    await passes(5000);
    expect(server.connections()).toBe(6);
  });

  it('is the usual one while all is well', async () => {
    const server = await servers.https(good, healthy);
    const targets = liveTargets();
    targets.set(apiTarget({ caBundle: authority.cert, addresses: [at(server.port)] }));
    start(targets, { intervalMs: 60_000, burstSteps: 5, burstStepMs: 20 });
    await eventually(() => server.connections() === 1);
    await passes(5000);
    expect(server.connections()).toBe(1);
  });

  it('is hurried when the ready addresses change, and by no other change', async () => {
    const refusing = await servers.refusing();
    const targets = liveTargets();
    const is = (ready: boolean, insecureSkipTLSVerify = false) =>
      apiTarget({ caBundle: authority.cert, insecureSkipTLSVerify, addresses: [{ ...at(refusing), ready }] });
    targets.set(is(false));
    const prober = start(targets, { intervalMs: 60_000 });
    const attempts = () => prober.tallies(API)[0]?.attempts ?? 0;
    await eventually(() => attempts() === 1);
    targets.set(is(true));
    await eventually(() => attempts() === 2);
    targets.set(is(true, true));
    await passes(5000);
    expect(attempts()).toBe(2);
  });

  it('waits when too many are open, and ends all at the end', async () => {
    let closed = 0;
    const silent = await servers.tcp((socket) => {
      socket.resume();
      socket.on('close', () => {
        closed += 1;
      });
    });
    const targets = liveTargets();
    for (let i = 0; i < 8; i++) targets.set(apiTarget({ name: `v${i}.tides.example.com`, addresses: [at(silent.port)] }));
    start(targets, { maxOpen: 12, maxHandshakes: 8, discoveryTimeoutMs: 60_000 });
    await eventually(() => silent.connections() === 3);
    await passes(5000);
    expect(silent.connections()).toBe(3);
    expect(closed).toBe(0);
    running.abort();
    await eventually(() => closed === 3);
  });
});

describe('listeners', () => {
  it('hear of a change once, and their failure stops nothing', async () => {
    let broken = true;
    const server = await servers.https(good, (request, response) =>
      broken ? answering(503, '')(request, response) : healthy(request, response),
    );
    const targets = liveTargets();
    targets.set(apiTarget({ caBundle: authority.cert, addresses: [at(server.port)] }));
    const seen: boolean[] = [];
    let changes = 0;
    start(
      targets,
      {},
      {
        onResult: (_, { ok }) => {
          seen.push(ok);
          if (seen.length === 2) throw new Error('a bug in a listener');
        },
        onChange: () => {
          changes += 1;
        },
      },
    );
    await eventually(() => seen.length > 4);
    expect(changes).toBe(1);
    broken = false;
    await eventually(() => seen.at(-1) === true);
    await eventually(() => changes === 2);
  });
});

describe('as a source', () => {
  it('is pending, then ok, and tells of certificates once it saw one', async () => {
    const { port } = await servers.https(good, healthy);
    const targets = liveTargets();
    const prober = start(targets, { intervalMs: 1000 });
    expect(prober.status(Date.now())).toEqual({ source: 'probes', state: 'pending' });
    expect(prober.certificates.status(Date.now())).toEqual({ source: 'certificates', state: 'pending' });
    targets.set(apiTarget({ caBundle: authority.cert, addresses: [at(port)] }));
    await eventually(() => prober.certificates.status(Date.now()).state === 'ok');
    expect(prober.status(Date.now())).toMatchObject({ source: 'probes', state: 'ok' });
    expect(prober.status(Date.now() + 3_600_000)).toMatchObject({ state: 'stale' });
    expect(prober.certificates.status(Date.now() + 3_600_000)).toMatchObject({ state: 'stale' });
  });
});
