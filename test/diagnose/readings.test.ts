import { describe, expect, it } from 'vitest';
import { readingInWords } from '../../src/diagnose/words.ts';
import { SIGNALS } from '../../src/signals/list.ts';

const of = (name: string, value: number) => readingInWords(value, SIGNALS.find((signal) => signal.name === name)!);

describe('readings', () => {
  it.each([
    ['restarts', 3, 'restarts of the containers of all backend pods: 3'],
    ['apiserver-started', Date.UTC(2026, 0, 5, 9) / 1000, 'when the youngest kube-apiserver process started: 2026-01-05T09:00:00Z'],
    ['cpu-throttled', 0.625, 'largest share of CFS periods in which a backend container was throttled: 62.5 %'],
    ['aggregator-failing', 0.5, 'share of the kube-apiservers through which the last discovery probe failed: 50 %'],
    ['control-seconds', 1.65, 'duration of the slowest last control probe of a kube-apiserver: 1.65 s'],
    ['rolling-out', 1, 'a rollout of the workload behind the API goes on: yes'],
    ['rolling-out', 0, 'a rollout of the workload behind the API goes on: no'],
    ['tls-verified', 0, 'the APIService sets insecureSkipTLSVerify: yes'],
    ['ca-bundle-seconds-left', -7200, 'time since the first certificate of the caBundle expires: 2 h'],
    ['direct-connection-refused', 2, 'targets probed directly (Service and backend addresses) that failed with "connection refused": 2'],
    ['policies-selecting', 1, 'policies that select a backend pod for ingress: 1'],
  ])('%s = %d', (name, value, words) => {
    expect(of(name, value)).toBe(words);
  });

  it('name no signal by its id, and print no bare time', () => {
    for (const signal of SIGNALS) {
      const words = readingInWords(signal.kind === 'timestamp' ? 1_796_000_000 : 1, signal);
      expect(words).not.toMatch(/\b1796000000\b|[<>{}]/);
      if (/-.*-/.test(signal.name)) expect(words).not.toContain(signal.name);
    }
  });
});
