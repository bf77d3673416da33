import { describe, expect, it } from 'vitest';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { ApiFacts, ContainerFacts, SignatureCount } from '../../src/domain/snapshot.ts';
import { SIGNATURE_SIGNALS } from '../../src/signals/signature-matches.ts';
import { healthyApi, healthyCluster, healthyContainer, healthyPod, healthyTally, NOW } from '../support/healthy.ts';

const hit = (differs: Partial<SignatureCount>): SignatureCount => ({
  signature: 'mine',
  speaker: 'aggregated-server',
  count: 3,
  lastAt: NOW,
  sample: 'tide lost',
  ...differs,
});

function signalsOf(matches: readonly SignatureCount[], cause: string): (number | undefined)[] {
  const logs = healthyApi().logs;
  const api = healthyApi({ logs: logs.state === 'observed' ? observed({ ...logs.value, matches }) : logs });
  return ['matches', 'strength'].map((what) =>
    SIGNATURE_SIGNALS.find(({ name }) => name === `signature-${what}-${cause}`)!.observe(api, healthyCluster(), NOW),
  );
}

describe('a signature that the user wrote', () => {
  it.each<[string, string[] | undefined, number, number]>([
    ['alone', ['backend-slow'], 3, 3],
    ['first', ['backend-slow', 'panic'], 3, 2],
    ['among others', ['panic', 'backend-slow'], 3, 1],
    ['not at all', ['panic'], 0, 0],
    ['nowhere', undefined, 0, 0],
  ])('that points to a cause %s counts for it', (_, pointsTo, matches, strength) => {
    expect(signalsOf([hit(pointsTo ? { pointsTo } : {})], 'backend-slow')).toEqual([matches, strength]);
  });

  it('is forgotten when its line is old, its count is not', () => {
    expect(signalsOf([hit({ pointsTo: ['backend-slow'], lastAt: NOW - 3_600_000 })], 'backend-slow')).toEqual([3, 0]);
  });
});

describe('a line that any client can cause', () => {
  // front-proxy-certificate-untrusted points to request-header-ca-mismatch and to nothing else.
  const strength = (differs: Partial<SignatureCount>) =>
    signalsOf([hit({ signature: 'front-proxy-certificate-untrusted', ...differs })], 'request-header-ca-mismatch')[1];

  it.each([
    ['once', 0, 1],
    ['with a busy minute', 1, 2],
    ['with two', 2, 3],
    ['with five', 5, 3],
  ])('is worth more the more minutes have two of it: %s', (_, busyMinutes, expected) => {
    expect(strength({ busyMinutes })).toBe(expected);
  });

  it('says all it says where it is not read from a log that is followed', () => {
    expect(strength({})).toBe(3);
  });

  it('is unlike one that only the server itself can cause', () => {
    expect(signalsOf([hit({ signature: 'process-panic', busyMinutes: 0 })], 'panic')[1]).toBe(3);
  });
});

describe('what a hit in a text or a line still says', () => {
  const SERVER = { restarts: 1, startedAt: NOW - 60_000 };
  const DOWN = observed({ status: 'False' as const, reason: 'FailedDiscoveryCheck', message: '', lastTransition: NOW - 1_000_000 });
  const line = (differs: Partial<SignatureCount>): Partial<ApiFacts> => {
    const { logs } = healthyApi();
    return {
      logs: logs.state === 'observed' ? observed({ ...logs.value, matches: [hit({ pointsTo: ['backend-slow'], ...differs })] }) : logs,
    };
  };
  const text = (differs: Partial<SignatureCount>): Partial<ApiFacts> => ({
    textMatches: [hit({ pointsTo: ['backend-slow'], ...differs })],
  });
  const server = (differs: Partial<ContainerFacts>): Partial<ApiFacts> => ({
    pods: observed([healthyPod({ containers: [healthyContainer({ ...SERVER, ...differs })] })]),
  });
  const answersSince = (alikeSince: number): Partial<ApiFacts> => ({
    probes: [healthyTally('aggregator', 'discovery', { run: { since: alikeSince, length: 9, alikeSince } })],
  });
  const changed = answersSince(NOW - 30_000);

  it.each<[string, number, Partial<ApiFacts>]>([
    ['stands for as long as a condition says it', 3, text({ lastAt: NOW - 3_600_000, standing: true })],
    ['ends with the condition or the answer that said it', 0, text({ lastAt: NOW - 1000, endedAt: NOW - 500 })],
    ['of a server counts for five minutes', 3, line({ lastAt: NOW - 299_000 })],
    ['of a server counts for as long as the outage that it belongs to', 3, { ...line({ lastAt: NOW - 999_000 }), condition: DOWN }],
    ['from before the outage does not', 0, { ...line({ lastAt: NOW - 1_000_001 }), condition: DOWN }],
    ['of a server that started since and is ready says nothing', 0, { ...line({ lastAt: NOW - 60_001 }), ...server({}) }],
    ['of the server that runs does', 3, { ...line({ lastAt: NOW - 60_000 }), ...server({}) }],
    ['of a server that is not ready again may say why', 3, { ...line({ lastAt: NOW - 60_001 }), ...server({ ready: false }) }],
    [
      'that came every 5 s ends after 15 s, once something else is seen',
      0,
      { ...line({ lastAt: NOW - 15_001, gap: 5000 }), ...answersSince(NOW - 1) },
    ],
    ['is waited for so long', 3, { ...line({ lastAt: NOW - 15_000, gap: 5000 }), ...answersSince(NOW - 1) }],
    ['is waited for at least for two probes', 3, { ...line({ lastAt: NOW - 12_000, gap: 100 }), ...answersSince(NOW - 1) }],
    ['stays while nothing else is seen', 3, { ...line({ lastAt: NOW - 29_000, gap: 5000 }), ...changed }],
    ['said once is not waited for', 3, { ...line({ lastAt: NOW - 40_000 }), ...answersSince(NOW - 1) }],
    [
      'of a process that is gone is not waited for',
      3,
      { ...line({ lastAt: NOW - 70_000, gap: 100 }), ...changed, ...server({ ready: false }) },
    ],
    ['about a pod ends when every pod is ready', 0, text({ speaker: 'kubelet' })],
    [
      'of a kube-apiserver is waited for though it was said once',
      0,
      { ...text({ speaker: 'kube-apiserver', lastAt: NOW - 12_001 }), ...answersSince(NOW - 1) },
    ],
    ['about a pod counts while one is not', 3, { ...text({ speaker: 'kubelet' }), pods: observed([healthyPod({ ready: false })]) }],
    ['about a pod counts where pods are not seen', 3, { ...text({ speaker: 'kubelet' }), pods: UNOBSERVED }],
  ])('%s', (_, expected, differs) => {
    const strength = SIGNATURE_SIGNALS.find(({ name }) => name === 'signature-strength-backend-slow')!;
    expect(strength.observe(healthyApi(differs), healthyCluster(), NOW)).toBe(expected);
  });
});

describe('a line that is quoted', () => {
  const SAID = 'error trying to reach service: dial tcp 10.1.0.5:8443: connect: connection refused';
  const failed = (request: 'discovery' | 'list') => {
    const tally = { ...healthyTally('aggregator'), request };
    const lastFailure = { ...tally.last, ok: false, detail: SAID };
    return { ...tally, last: lastFailure, lastFailure };
  };
  const quoteOf = (differs: Partial<ApiFacts>, where: string) =>
    SIGNATURE_SIGNALS.find(({ name }) => name === 'signature-strength-connection-refused')!.quote!(
      healthyApi({
        textMatches: [hit({ speaker: 'kube-apiserver', sample: `${where}: ${SAID}`, pointsTo: ['connection-refused'], standing: true })],
        ...differs,
      }),
      healthyCluster(),
      NOW,
    );

  it.each([
    ['an answer to our own discovery', { probes: [failed('discovery')] }, 'discovery 192.0.2.2:6443', 'client'],
    ['an answer to our own list', { probes: [failed('list')] }, 'list 192.0.2.2:6443', 'list'],
    [
      'the condition, also where our probe is answered alike',
      {
        condition: observed({ status: 'False' as const, reason: 'FailedDiscoveryCheck', message: SAID }),
        probes: [failed('discovery')],
      },
      'condition',
      'condition',
    ],
    ["the kube-apiserver's log, where nobody else says it", {}, 'text', 'kube-apiserver-log'],
  ])('is shown where it stands: %s', (_, differs, where, from) => {
    expect(quoteOf(differs, where)).toMatchObject({ from });
  });
});
