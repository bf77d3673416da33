import { observed } from '../../../src/domain/observed.ts';
import type { ApiFacts, NeighbourEvent } from '../../../src/domain/snapshot.ts';
import { NOW } from '../../support/healthy.ts';
import type { Row } from './row.ts';

const beside = (what: NeighbourEvent['what'], secondsAgo: number, owner?: string): Partial<ApiFacts> => ({
  neighbours: observed([
    { what, at: NOW - secondsAgo * 1000, node: 'node-a', object: 'batch/report-1', ...(owner === undefined ? {} : { owner }) },
  ]),
});

const taking = (taken: number, node = 'node-a') => ({ node, cpus: 4, taken, top: [] });

/** What other pods do on the nodes of the backend. */
export const NEIGHBOUR_ROWS: readonly Row[] = [
  ['neighbours-starting', 0, 1, beside('started', 180)],
  ['neighbours-starting', 0, 0, beside('started', 181)],
  ['neighbours-starting', 0, 0, beside('evicted', 0)],
  ['neighbours-jobs-starting', 0, 1, beside('started', 0, 'Job/report')],
  ['neighbours-jobs-starting', 0, 0, beside('started', 0, 'ReplicaSet/report')],
  ['neighbours-evicted', 0, 1, beside('evicted', 600)],
  ['neighbours-evicted', 0, 1, beside('out-of-memory', 5)],
  ['neighbours-evicted', 0, 0, beside('evicted', 601)],
  ['neighbours-evicted', 0, 0, beside('started', 5)],
  ['neighbours-cpu', 0.1, 0.75, { neighbourCpu: observed([taking(1), taking(3, 'node-b')]) }],
  // What the backend takes itself is in none of it.
  ['neighbours-cpu', 0.1, 0.1, { resources: observed([{ pod: 'tide-gauge-0', container: 'server', cpuUsageRatio: 1 }]) }],
  ['neighbours-cpu', 0.1, undefined, { neighbourCpu: observed([]) }],
  ['neighbours-cpu', 0.1, undefined, { neighbourCpu: { state: 'forbidden', rule: 'nodes/metrics: get' } }],
  ['neighbours-evicted', 0, undefined, { neighbours: { state: 'forbidden', rule: 'pods: list, watch' } }],
];
