import type { Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { attempt } from '../../../src/observe/probe/attempt.ts';
import { createHandshakeSlots } from '../../../src/observe/probe/handshake-slots.ts';
import { createLoopWatch } from '../../../src/observe/probe/loop-watch.ts';
import { createAuthority, type Issued } from '../../support/certificates.ts';
import { createServers, healthy } from './servers.ts';

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
  const shared = { slots: createHandshakeSlots(4, 1000), loop: createLoopWatch(), open: new Set<() => void>() };
  const counts: string[] = [];
  let kept: Socket | undefined;
  for (let times = 0; times < 15; times += 1) {
    const reuse = kept;
    kept = undefined;
    const seen = await attempt({
      ...shared,
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
