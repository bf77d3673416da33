import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProbeResult } from '../../src/domain/probe.ts';
import type { AttemptRuntime } from '../../src/net/attempt.ts';
import { createLoopWatch } from '../../src/net/loop-watch.ts';
import { createSlots } from '../../src/net/slots.ts';
import { createApiserverRequests } from '../../src/probe/apiserver-requests.ts';
import { createAsker } from '../../src/probe/asker.ts';
import type { Control } from '../../src/probe/control.ts';
import { createListChoice } from '../../src/probe/list-choice.ts';
import { probeResult } from '../support/healthy.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import { apiTarget, createServers, kubeClient, type Servers } from './servers.ts';

useLoopTime();

let servers: Servers;
beforeEach(() => {
  servers = createServers();
});
afterEach(() => servers.close());

/** Asks through a plain HTTP server that answers with these bytes, with a control probe that was good a moment ago. */
async function ask(bytes: string, freshAnswer: Partial<ProbeResult>) {
  const { port } = await servers.tcp((socket) => socket.once('data', () => socket.end(bytes)));
  const runtime: AttemptRuntime = { slots: createSlots(() => 4, 250), loop: createLoopWatch(), open: new Set() };
  const requests = createApiserverRequests(kubeClient(`http://127.0.0.1:${port}`, {}), runtime);
  let last: ProbeResult | undefined = probeResult({ vantage: 'control', at: Date.now() - 100 });
  const control: Control = {
    keep() {},
    async fresh(_, since) {
      if ((last?.at ?? 0) < since) last = probeResult({ vantage: 'control', at: Date.now(), ...freshAnswer });
    },
    probe: () => Promise.reject(new Error('not asked here')),
    last: () => last,
    answers: () => true,
    tallies: () => new Map(),
  };
  const asker = createAsker(runtime, requests, Date.now, { discoveryTimeoutMs: 1000, listTimeoutMs: 1000, aggregatorGraceMs: 0 });
  const plan = { key: 'k', vantage: 'aggregator', request: 'discovery', apiserver: requests.own, target: requests.own.instance } as const;
  return asker.viaAggregator(apiTarget(), plan, createListChoice(), control);
}

describe('a probe through the kube-apiserver asks "is it me?" anew', () => {
  it('when the token is refused', async () => {
    const refused = 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n';
    expect(await ask(refused, { ok: false, status: 401, reason: 'unauthorized' })).toMatchObject({ reason: 'unauthorized', hop: 'us' });
    expect(await ask(refused, { ok: true, status: 200 })).toMatchObject({ reason: 'unauthorized', hop: 'backend' });
  });

  it('when it hangs up without an answer', async () => {
    expect(await ask('', { ok: false, reason: 'connection_refused' })).toMatchObject({ reason: 'connection_reset', hop: 'kube-apiserver' });
    expect(await ask('', { ok: true, status: 200 })).toMatchObject({ reason: 'connection_reset', hop: 'backend-path' });
  });
});
