import { describe, expect, it } from 'vitest';
import { isControlPlaneLeader, isLedBy, leaderIn, resizeIn } from '../../src/objects/event-changes.ts';
import { readEvent } from '../../src/objects/events.ts';

const AT = '2026-01-05T09:00:00Z';
const event = (kind: string, name: string, reason: string, message: string, namespace = 'kube-system') =>
  readEvent({
    metadata: { name: `${name}.18`, namespace },
    involvedObject: { kind, name, namespace },
    reason,
    message,
    type: 'Normal',
    lastTimestamp: AT,
    count: 1,
  });
const lease = (name: string, message: string, namespace?: string) => event('Lease', name, 'LeaderElection', message, namespace);

describe('an event of an election', () => {
  it.each<[string, ReturnType<typeof lease>, string | undefined]>([
    [
      'one became leader',
      lease('kube-scheduler', 'node-a_3f0c7a52-0d6e-4b11-9b3e-5c5f5f0f7a11 became leader'),
      'Lease kube-system/kube-scheduler: node-a became leader',
    ],
    [
      'one stopped',
      lease('kube-scheduler', 'node-a_3f0c7a52-0d6e-4b11-9b3e-5c5f5f0f7a11 stopped leading'),
      'Lease kube-system/kube-scheduler: node-a stopped leading',
    ],
    [
      'an identity without more',
      lease('tides', 'tide-gauge-0 became leader', 'harbour'),
      'Lease harbour/tides: tide-gauge-0 became leader',
    ],
    ['other words', lease('kube-scheduler', 'new leader elected: node-a'), undefined],
    ['another object', event('Pod', 'kube-scheduler', 'LeaderElection', 'node-a became leader'), undefined],
    ['another reason', event('Lease', 'kube-scheduler', 'Renewed', 'node-a became leader'), undefined],
  ])('%s', (_, given, told) => {
    const leader = leaderIn(given);
    expect(leader && `${leader.change.object}: ${leader.change.summary}`).toBe(told);
    if (leader) expect(leader.change.at).toBe(Date.parse(AT));
  });

  it.each([
    [lease('kube-controller-manager', 'node-a_1 became leader'), true],
    [lease('kube-scheduler', 'node-a_1 became leader'), true],
    [lease('tide-operator', 'tide-0_1 became leader'), false],
    [lease('kube-scheduler', 'node-a_1 became leader', 'harbour'), false],
    [event('Pod', 'kube-scheduler', 'Started', ''), false],
  ])('is of the control plane (%#)', (given, expected) => {
    expect(isControlPlaneLeader(given)).toBe(expected);
  });

  it.each([
    ['tide-gauge-7d9f-abcde_3f0c7a52', 'tide-gauge-7d9f-abcde', true],
    ['tide-gauge-7d9f-abcde', 'tide-gauge-7d9f-abcde', true],
    ['tide-gauge-7d9f-abcde_3f0c7a52', 'tide-gauge-7d9f', false],
    ['tide_gauge_3f0c7a52', 'tide_gauge', true],
    [`${'t'.repeat(63)}_3f0c`, `${'t'.repeat(63)}-abcde`, true],
  ])('leader %s is pod %s: %s', (identity, pod, expected) => {
    expect(isLedBy(identity, pod)).toBe(expected);
  });
});

it.each([
  ['EvictedByVPA', 'Pod', 'pod tide-gauge-1 was evicted by the VerticalPodAutoscaler, to come again with other requests'],
  ['InPlaceResizedByVPA', 'Pod', 'pod tide-gauge-1 was resized in place by the VerticalPodAutoscaler'],
  ['Evicted', 'Pod', undefined],
  ['EvictedByVPA', 'VerticalPodAutoscaler', undefined],
])('an event %s of a %s is a change of its workload: %s', (reason, kind, summary) => {
  const made = resizeIn(event(kind, 'tide-gauge-1', reason, ''), 'Deployment harbour/tide-gauge');
  expect(made?.summary).toBe(summary);
  if (made) expect(made).toMatchObject({ what: 'scaling', object: 'Deployment harbour/tide-gauge', at: Date.parse(AT) });
});
