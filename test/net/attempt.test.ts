import type { Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { attempt } from '../../src/net/attempt.ts';
import { createLoopWatch } from '../../src/net/loop-watch.ts';
import { createSlots } from '../../src/net/slots.ts';
import { createServers, healthy } from '../probe/servers.ts';
import { createAuthority, type Issued } from '../support/certificates.ts';
import { passes, useLoopTime } from '../support/virtual-time.ts';

useLoopTime();

const servers = createServers();
let serving: Issued;
let ca: string;
beforeAll(async () => {
  const authority = await createAuthority({ name: 'harbour-ca' });
  ca = authority.cert;
  serving = await authority.issue({ names: ['localhost'] });
});
afterEach(() => servers.close());

it('leaves a kept connection with the listeners that it had before, however often it is used', async () => {
  const server = await servers.https(serving, healthy);
  const shared = { slots: createSlots(() => 4, 1000), loop: createLoopWatch(), open: new Set<() => void>() };
  const counts: string[] = [];
  let kept: Socket | undefined;
  for (let times = 0; times < 15; times += 1) {
    const reuse = kept;
    kept = undefined;
    const seen = await attempt({
      ...shared,
      lane: 'endpoint',
      host: '127.0.0.1',
      port: server.port,
      tls: { context: createSecureContext({ ca }), servername: 'localhost', rejectUnauthorized: true },
      path: '/apis/tides.example.com/v1',
      timeoutMs: 10_000,
      maxBody: 65_536,
      park: (socket) => {
        kept = socket;
      },
      ...(reuse && { reuse }),
    });
    expect([seen.connection, seen.head?.status]).toEqual([times === 0 ? 'fresh' : 'reused', 200]);
    const socket = kept as Socket | undefined;
    counts.push(['data', 'end', 'error', 'close'].map((event) => `${event} ${socket!.listenerCount(event)}`).join(', '));
  }
  kept?.destroy();
  expect(new Set(counts.slice(1))).toEqual(new Set([counts[0]]));
  expect(server.connections()).toBe(1);
});

it('sends a header with several values as a line for each', async () => {
  const lines: string[] = [];
  const server = await servers.https(serving, (request, response) => {
    lines.push(...request.rawHeaders.filter((_, i, all) => i % 2 === 1 && all[i - 1] === 'Impersonate-Group'));
    healthy(request, response);
  });
  await attempt({
    slots: createSlots(() => 4, 1000),
    loop: createLoopWatch(),
    open: new Set<() => void>(),
    lane: 'endpoint',
    host: '127.0.0.1',
    port: server.port,
    tls: { context: createSecureContext({ ca }), servername: 'localhost', rejectUnauthorized: true },
    path: '/',
    headers: { 'Impersonate-Group': ['boats', 'crew'] },
    timeoutMs: 10_000,
    maxBody: 65_536,
  });
  expect(lines).toEqual(['boats', 'crew']);
});

describe('what throws inside an attempt ends that attempt only', () => {
  const shared = () => ({ slots: createSlots(() => 4, 1000), loop: createLoopWatch(), open: new Set<() => void>() });
  const asked = { lane: 'endpoint', path: '/apis/tides.example.com/v1', timeoutMs: 30, maxBody: 65_536 };

  it.each([65_536, 70_000, -1, 1.5])('port %d: refused at once, no timer, no listener and no slot left behind', async (port) => {
    const runtime = shared();
    await expect(attempt({ ...runtime, ...asked, host: '10.255.255.1', port })).rejects.toThrow(RangeError);
    expect(runtime.open.size).toBe(0);
    // Longer than the deadline: a timer that was left would end the process, which vitest reports as an unhandled error.
    await passes(1000);
    await expect(attempt({ ...runtime, ...asked, host: '10.255.255.1', port })).rejects.toThrow(RangeError);
  });

  it('a server identity that cannot be judged is a handshake that failed', async () => {
    const server = await servers.https(serving, healthy);
    const seen = await attempt({
      ...shared(),
      ...asked,
      timeoutMs: 10_000,
      lane: 'endpoint',
      host: '127.0.0.1',
      port: server.port,
      tls: {
        context: createSecureContext({ ca }),
        servername: 'localhost',
        rejectUnauthorized: true,
        checkIdentity() {
          throw new TypeError('no such name');
        },
      },
    });
    expect(seen.problem).toMatchObject({ phase: 'tls', kind: 'error', message: 'no such name' });
  });

  it('a park that throws does not keep the answer', async () => {
    const server = await servers.https(serving, healthy);
    const runtime = shared();
    const seen = await attempt({
      ...runtime,
      ...asked,
      timeoutMs: 10_000,
      lane: 'endpoint',
      host: '127.0.0.1',
      port: server.port,
      tls: { context: createSecureContext({ ca }), servername: 'localhost', rejectUnauthorized: true },
      park() {
        throw new Error('no room');
      },
    });
    expect([seen.problem, seen.head?.status, runtime.open.size]).toEqual([undefined, 200, 0]);
  });
});
