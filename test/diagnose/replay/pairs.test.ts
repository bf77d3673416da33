import { describe, expect, it } from 'vitest';
import type { Played } from '../../simulator/support/course.ts';
import { readTapes } from '../../simulator/support/tape.ts';
import { missOfPair } from '../../simulator/support/verdicts.ts';

/** Not met yet, and why. Each is a debt: it is played too, and the first time it holds it has to be taken off. */
const NOT_YET: Readonly<Record<string, string>> = {
  'node-not-ready, then backend-slow': 'a cut path over an old connection looks the same for its first 45 s, and the check says the same',
  'apiserver-slow, then backend-slow': 'a cut path over an old connection looks the same for its first 45 s, and the check says the same',
  'pod-evicted, then container-config-invalid': 'the second did not last in this recording: the simulator went on with the first',
  'one-replica-bad, then memory-near-limit': 'the first stall is named as slowness, 32 s too long',
  'container-config-invalid, then pod-evicted': 'evicted again and again: between two it is unknown, or its node is blamed',
  'cpu-throttled, then pod-evicted': 'evicted again and again: between two its node is blamed',
  'pod-unschedulable, then pod-restarting': 'restarts of a second each, which lines of a lost lease and back-off events tell in turn',
  'aggregator-path-blocked, then pod-restarting': 'restarts of a second each, which lines of a lost lease and back-off events tell in turn',
  'node-under-pressure, then request-header-ca-mismatch': 'another course of the same recording put the node of this one under pressure',
  'network-policy-changed, then version-not-served':
    'lines of another API of the same recording, which sinks.ts counts for their own API since',
  'panic, then backend-dependency-failing': 'lines of another API of the same recording, which sinks.ts counts for their own API since',
  'serving-certificate-name-mismatch, then packet-loss': 'a stall of the recording machine looks like a slow kube-apiserver for 10 s',
  'apiserver-slow, then packet-loss': 'only lists are late for 8 s, as those of a slow server',
  'out-of-memory-killed, then target-port-wrong': 'a stall of the recording machine looks like a slow kube-apiserver for 10 s',
  'out-of-memory-killed, then aggregator-path-blocked': 'the end of the same fault of another API of the recording took it away',
};

describe('the second of two faults is named within 15 s of its first failed probe, and stays', () => {
  const tapes = readTapes('pairs');

  it.each(tapes.map((played): [string, Played] => [played.course, played]))('%s', (course, played) => {
    const miss = missOfPair(played);
    if (NOT_YET[course] === undefined) expect(miss).toBeUndefined();
    else expect(miss, `${course} holds now: take it off NOT_YET`).toBeDefined();
  });

  it('is played for a hundred pairs', () => {
    expect(tapes).toHaveLength(100);
    expect(Object.keys(NOT_YET).filter((course) => !tapes.some((played) => played.course === course))).toEqual([]);
  });
});
