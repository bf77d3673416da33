import { describe, expect, it } from 'vitest';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { ApiFacts, ContainerFacts, PodFacts, SignatureCount } from '../../src/domain/snapshot.ts';
import { SIGNATURE_SIGNALS } from '../../src/signals/signature-matches.ts';
import { SIGNATURES } from '../../src/signatures/list.ts';
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

function withLogs(differs: object): ApiFacts {
  const { logs } = healthyApi();
  return healthyApi({ logs: logs.state === 'observed' ? observed({ ...logs.value, ...differs }) : logs });
}

describe('the signals', () => {
  it('are two for each cause that a signature points to, by its name', () => {
    const causes = [...new Set<string>(SIGNATURES.flatMap(({ pointsTo }) => pointsTo))].sort();
    expect(SIGNATURE_SIGNALS.map(({ name }) => name)).toEqual(
      causes.flatMap((cause) => [`signature-matches-${cause}`, `signature-strength-${cause}`]),
    );
  });
});

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

  it('counts beside those of the catalogue, of any rank', () => {
    const built = ['panic', 'dns-failing', 'backend-slow'].flatMap((cause) =>
      SIGNATURES.filter(({ pointsTo }) => (pointsTo as readonly string[]).includes(cause)).map(({ id }) => [cause, id] as const),
    );
    expect(built.map(([cause, signature]) => [cause, signature, signalsOf([hit({ signature })], cause)[0]])).toEqual(
      built.map(([cause, signature]) => [cause, signature, 3]),
    );
    expect(signalsOf([hit({ signature: 'low-water' })], 'panic')[0]).toBe(0);
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
  const server1 = (differs: Partial<ContainerFacts>) => healthyContainer({ ...SERVER, ...differs });
  /** Two pods, or one; the first one differs. */
  const pods = (first: Partial<PodFacts>, ...others: Partial<PodFacts>[]): Partial<ApiFacts> => ({
    pods: observed([first, ...others].map((differs) => healthyPod({ containers: [server1({})], ...differs }))),
  });
  const OLDER = { startedAt: NOW - 600_000 };
  const OLD = { containers: [server1(OLDER)] };
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
    ['of the moment in which the outage began belongs to it', 3, { ...line({ lastAt: NOW - 1_000_000 }), condition: DOWN }],
    ['of a server is of its process while one of its pods is older', 3, { ...line({ lastAt: NOW - 60_001 }), ...pods({}, OLD) }],
    [
      'or while one of the servers in its pod is',
      3,
      { ...line({ lastAt: NOW - 60_001 }), ...pods({ containers: [server1({}), server1(OLDER)] }) },
    ],
    [
      'whatever its init containers did',
      0,
      { ...line({ lastAt: NOW - 60_001 }), ...pods({ containers: [server1({ init: true, running: false, ...OLDER }), server1({})] }) },
    ],
    [
      'of a pod that was made in the same moment is its own',
      3,
      { ...line({ lastAt: NOW - 60_000 }), ...pods({ createdAt: NOW - 60_000, containers: [server1({ ready: false })] }) },
    ],
    [
      'from before every pod was made says nothing, ready or not',
      0,
      { ...line({ lastAt: NOW - 60_001 }), ...pods({ createdAt: NOW - 60_000, containers: [server1({ ready: false })] }) },
    ],
    ['counts where pods are not seen', 3, { ...line({ lastAt: NOW - 60_001 }), pods: UNOBSERVED }],
    [
      'is not waited for by what failed alike all the time',
      3,
      { ...line({ lastAt: NOW - 15_001, gap: 5000 }), ...answersSince(NOW - 15_001) },
    ],
    ['of a process since its start is waited for', 0, { ...line({ lastAt: NOW - 60_000, gap: 100 }), ...changed, ...server({}) }],
    [
      'of two processes is not, when one of them is gone',
      3,
      { ...line({ lastAt: NOW - 60_000, gap: 100 }), ...changed, ...pods({ containers: [server1({}), server1({ running: false })] }) },
    ],
    ['is waited for where pods are not seen', 0, { ...line({ lastAt: NOW - 60_000, gap: 100 }), ...changed, pods: UNOBSERVED }],
    ['of a client said once is not waited for', 3, { ...text({ speaker: 'client', lastAt: NOW - 12_001 }), ...answersSince(NOW - 1) }],
    ['about a pod by its controller ends with it too', 0, text({ speaker: 'controller' })],
    ['of a client is not about a pod', 3, text({ speaker: 'client' })],
    ['that a kubelet says in the log of the backend is none about a pod', 3, line({ speaker: 'kubelet' })],
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
  const quoteOf = (differs: Partial<ApiFacts>, where: string, kept: Pick<SignatureCount, 'from'> = {}) =>
    SIGNATURE_SIGNALS.find(({ name }) => name === 'signature-strength-connection-refused')!.quote!(
      healthyApi({
        textMatches: [
          hit({ speaker: 'kube-apiserver', sample: `${where}: ${SAID}`, pointsTo: ['connection-refused'], standing: true, ...kept }),
        ],
        ...differs,
      }),
      healthyCluster(),
      NOW,
    );

  it.each([
    ['an answer to our own discovery', { probes: [failed('discovery')] }, 'discovery 192.0.2.2:6443', 'client'],
    ['an answer to our own list', { probes: [failed('list')] }, 'list 192.0.2.2:6443', 'list'],
    ['the first of two that are answered alike', { probes: [failed('list'), failed('discovery')] }, 'list 192.0.2.2:6443', 'list'],
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

  // A check that is answered in other words each time says these no more: they never stood in a log of the kube-apiserver.
  it.each(['client', 'list', 'condition', 'events'] as const)(
    'is shown where it stood, when that says something else by now: %s',
    (from) => {
      expect(quoteOf({}, 'discovery 192.0.2.2:6443', { from })).toMatchObject({ from });
    },
  );
});

describe('of several lines the one that is quoted', () => {
  const mine = (sample: string, differs: Partial<SignatureCount> = {}) => hit({ sample, pointsTo: ['backend-slow'], ...differs });
  const strength = SIGNATURE_SIGNALS.find(({ name }) => name === 'signature-strength-backend-slow')!;
  const quoteOf = (...matches: SignatureCount[]) => strength.quote!(withLogs({ matches }), healthyCluster(), NOW);

  it.each<[string, SignatureCount[], string | undefined]>([
    ['is none where nothing points there', [hit({ sample: 'ebb', pointsTo: ['panic'] })], undefined],
    ['is none without words', [mine('')], undefined],
    ['is none that is old', [mine('ebb', { lastAt: NOW - 3_600_000 })], undefined],
    ['is the plainest', [mine('flood', { pointsTo: ['backend-slow', 'panic'] }), mine('ebb', { lastAt: NOW - 1000 })], 'ebb'],
    [
      'is the plainest also where it came first',
      [mine('ebb', { lastAt: NOW - 1000 }), mine('flood', { pointsTo: ['backend-slow', 'panic'] })],
      'ebb',
    ],
    ['is the newest of those', [mine('ebb', { lastAt: NOW - 1000 }), mine('flood'), mine('tide', { lastAt: NOW - 2000 })], 'flood'],
    ['is the first of one moment', [mine('ebb'), mine('flood')], 'ebb'],
    [
      'is not one that says less, though it is newer',
      [mine('ebb', { lastAt: NOW - 1000 }), hit({ sample: 'flood', pointsTo: ['panic'] })],
      'ebb',
    ],
  ])('%s', (_, matches, expected) => {
    expect(quoteOf(...matches)?.text).toBe(expected);
  });

  it('is cut at 512 characters, from its beginning', () => {
    const text = 'low water '.repeat(60);
    expect(quoteOf(mine(text))?.text).toBe(text.slice(0, 512));
  });
});

describe('where a line stands', () => {
  const strength = SIGNATURE_SIGNALS.find(({ name }) => name === 'signature-strength-backend-slow')!;
  const mine = (differs: Partial<SignatureCount> = {}) => hit({ pointsTo: ['backend-slow'], ...differs });
  const said = (...lines: string[]) => ({ container: 'server', pod: 'tide-gauge', at: NOW, lines });
  const from = (api: ApiFacts, cluster = healthyCluster()) => strength.quote!(api, cluster, NOW)?.from;
  const text = (differs: Partial<SignatureCount>, more: Partial<ApiFacts> = {}) =>
    healthyApi({ textMatches: [mine({ standing: true, ...differs })], ...more });
  const warning = (message: string) => observed({ recent: [{ ...EVENT, message }], counts: [] } as never);
  const EVENT = { type: 'Warning', reason: 'Unhealthy', object: 'harbour/tide-gauge-7c9f8d6b5-abcde', at: NOW, count: 1 };

  it('is the log of the backend, or the last words of it', () => {
    expect(from(withLogs({ matches: [mine()] }))).toBe('backend-log');
    expect(from(withLogs({ matches: [mine()], lastWords: [said('flood'), said('ebb', 'tide lost')] as never }))).toBe('backend-last-words');
    expect(from(withLogs({ matches: [mine()], lastWords: [said('flood')] as never }))).toBe('backend-log');
  });

  it('is the log of a kube-apiserver, whoever speaks there', () => {
    const { apiserverLogs } = healthyCluster();
    const logs = apiserverLogs.state === 'observed' ? apiserverLogs.value : undefined;
    const cluster = healthyCluster({ apiserverLogs: observed({ ...logs, matches: [mine()] }) as never });
    expect(from(healthyApi(), cluster)).toBe('kube-apiserver-log');
    // It says nothing of a process of the backend: no restart of that ends it.
    const older = healthyCluster({ apiserverLogs: observed({ ...logs, matches: [mine({ lastAt: NOW - 200_000 })] }) as never });
    const restarted = healthyApi({ pods: observed([healthyPod({ containers: [healthyContainer({ startedAt: NOW - 60_000 })] })]) });
    expect(strength.observe(restarted, older, NOW)).toBe(3);
  });

  it('is an event that says it, whose words may be longer than what is kept, and spaced otherwise', () => {
    const long = `tide  lost\n${'low water '.repeat(40)}`;
    expect(from(text({ speaker: 'client', sample: 'tide lost' }, { events: warning('it says: tide lost') }))).toBe('events');
    expect(
      from(
        text({ speaker: 'client', sample: `harbour/pod Unhealthy: ${long.replace(/\s+/g, ' ').slice(0, 220)}` }, { events: warning(long) }),
      ),
    ).toBe('events');
    const kept = { speaker: 'client', sample: 'harbour/pod Unhealthy: tide lost' } as const;
    expect(from(text(kept, { events: warning('tide lost\n') }))).toBe('events');
    for (const other of ['something else', 'a tide lost', '']) expect(from(text(kept, { events: warning(other) }))).toBe('client');
  });
});

describe('what is read of an API', () => {
  const [count, strength] = ['matches', 'strength'].map(
    (what) => SIGNATURE_SIGNALS.find(({ name }) => name === `signature-${what}-backend-slow`)!,
  );

  it('is what holds at each asking, of this API and this cluster', () => {
    const api = withLogs({ matches: [hit({ pointsTo: ['backend-slow'] })] });
    const { apiserverLogs } = healthyCluster();
    const logs = apiserverLogs.state === 'observed' ? apiserverLogs.value : undefined;
    const louder = healthyCluster({ apiserverLogs: observed({ ...logs, matches: [hit({ pointsTo: ['backend-slow'] })] }) as never });
    const quiet = healthyCluster();
    expect([quiet, quiet, louder, louder, quiet].map((cluster) => count!.observe(api, cluster, NOW))).toEqual([3, 3, 6, 6, 3]);
  });

  it('is no hit where neither log is seen', () => {
    const blind = healthyApi({ logs: UNOBSERVED });
    const cluster = healthyCluster({ apiserverLogs: UNOBSERVED });
    expect([count, strength].map((signal) => signal!.observe(blind, cluster, NOW))).toEqual([0, 0]);
  });
});
