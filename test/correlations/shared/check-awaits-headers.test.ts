import { expect, it } from 'vitest';
import { SIGNATURES } from '../../../src/signatures/list.ts';

// Seen on a real kube-apiserver 1.36.3 whose packets to the pods are dropped: its check says so once HTTP/2 gives the old connection up,
// after 45 s. Where these words told of something else first, a silent server was blamed, and AggregatedAPIDown fired without a cause.
it('a connection that was lost tells of packets that vanish before anything else', () => {
  expect(SIGNATURES.find(({ id }) => id === 'aggregator-connection-lost')?.pointsTo[0]).toBe('packet-loss');
});
