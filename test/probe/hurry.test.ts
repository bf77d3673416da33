import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { endpointKey } from '../../src/probe/plan.ts';
import { createProber } from '../../src/probe/prober.ts';
import { fractionOf } from '../../src/probe/schedule.ts';
import { SILENT } from '../../src/source/logger.ts';
import type { Authority, Issued } from '../support/certificates.ts';
import { passWithSockets, untilItShows, useVirtualTime } from '../support/virtual-time.ts';
import { apiTarget, createServers, harbourAuthority, healthy, kubeClient, type Listening, liveTargets, type Servers } from './servers.ts';

let authority: Authority;
let good: Issued;
let servers: Servers;

beforeAll(async () => {
  ({ authority, good } = await harbourAuthority());
});
beforeEach(() => {
  servers = createServers();
  // The certificates are of now.
  useVirtualTime(Date.now());
  onTestFinished(async () => {
    vi.useRealTimers();
    await servers.close();
  });
});

const API = 'v1.tides.example.com';
const OTHER = 'v1.moorings.example.com';
/** Each target has its own moment of a minute, so one that is asked sooner was hurried. */
const INTERVAL_MS = 60_000;

/** Healthy backends of these APIs whose moments lie apart, so that none is asked while another one is looked at. */
async function backends(...apis: readonly string[]): Promise<Listening[]> {
  const moments: number[] = [];
  const found: Listening[] = [];
  while (found.length < apis.length) {
    const server = await servers.https(good, healthy);
    const moment = fractionOf(endpointKey(apis[found.length]!, `127.0.0.1:${server.port}`));
    if (moments.some((other) => Math.abs(other - moment) < 0.2 || Math.abs(other - moment) > 0.8)) continue;
    moments.push(moment);
    found.push(server);
  }
  return found;
}

/** A prober of these endpoints, each of which has answered once. */
async function probing(endpoints: Readonly<Record<string, readonly Listening[]>>) {
  const targets = liveTargets();
  for (const [name, ports] of Object.entries(endpoints))
    targets.set(
      apiTarget({ name, caBundle: authority.cert, addresses: ports.map(({ port }) => ({ ip: '127.0.0.1', port, ready: true })) }),
    );
  const prober = createProber({
    client: kubeClient('https://127.0.0.1:1', {}),
    targets,
    clock: Date.now,
    log: SILENT,
    options: {
      vantages: ['endpoint'],
      allowAddresses: ['127.0.0.0/8'],
      inCluster: true,
      intervalMs: INTERVAL_MS,
      firstWithinMs: 0,
      burstSteps: 0,
    },
  });
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  prober.start(stop.signal);
  const tally = ({ port }: Listening, name = API) => prober.tallies(name).find(({ target }) => target === `127.0.0.1:${port}`);
  const attempts = (where: Listening, name?: string) => tally(where, name)?.attempts ?? 0;
  const failures = (where: Listening) => tally(where)?.failures.connection_refused ?? 0;
  while (!Object.entries(endpoints).every(([name, ports]) => ports.every((where) => attempts(where, name) > 0))) await passWithSockets(200);
  return {
    attempts,
    failures,
    /** Passes until it fails; returns the counts just before that. */
    untilFailed: async (where: Listening, counts: () => number[]) => {
      let before = counts();
      while (failures(where) === 0) {
        before = counts();
        await passWithSockets(200);
      }
      return before;
    },
  };
}

describe('a first failure', () => {
  it('asks every other vantage of the API again, at once: what they saw before says nothing of it', async () => {
    const [failing, sound, other] = (await backends(API, API, OTHER)) as [Listening, Listening, Listening];
    const { attempts, untilFailed } = await probing({ [API]: [failing, sound], [OTHER]: [other] });
    await failing.close();
    const counts = () => [attempts(sound), attempts(other, OTHER)];
    const before = await untilFailed(failing, counts);
    await passWithSockets(400);
    await untilItShows(() => attempts(sound) > before[0]!);
    expect(counts()).toEqual([before[0]! + 1, before[1]]);
  });

  it('is one alone: while it goes on, the others keep their pace', async () => {
    const [failing, sound] = (await backends(API, API)) as [Listening, Listening];
    const { attempts, untilFailed } = await probing({ [API]: [failing, sound] });
    await failing.close();
    await untilFailed(failing, () => []);
    await passWithSockets(1000);
    const before = attempts(sound);
    await passWithSockets(4 * INTERVAL_MS);
    expect(attempts(sound) - before).toBeGreaterThanOrEqual(3);
    expect(attempts(sound) - before).toBeLessThanOrEqual(5);
  });
});
