import { networkInterfaces } from 'node:os';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ProbeResult } from '../../src/domain/probe.ts';
import type { ApiTarget } from '../../src/objects/targets.ts';
import type { Asker } from '../../src/probe/asker.ts';
import { createProber, type ProberOptions } from '../../src/probe/prober.ts';
import { NOW, probeResult } from '../support/healthy.ts';
import { pass, useVirtualTime } from '../support/virtual-time.ts';
import { apiTarget, kubeClient, liveTargets } from './servers.ts';

/** Who asks, in place of sockets: each test says what is answered. */
const asker = vi.hoisted(() => ({}) as { -readonly [Method in keyof Asker]: Asker[Method] });
vi.mock('../../src/probe/asker.ts', async (original) => ({ ...(await original<object>()), createAsker: () => asker }));
/** What is done with connections and credentials of kube-apiservers. */
const handled = vi.hoisted(() => [] as string[]);
vi.mock('../../src/probe/apiserver-requests.ts', async (original) => {
  const real = await original<typeof import('../../src/probe/apiserver-requests.ts')>();
  return {
    ...real,
    createApiserverRequests: (...given: Parameters<typeof real.createApiserverRequests>) => ({
      ...real.createApiserverRequests(...given),
      refused: () => void handled.push('credentials refused'),
      drop: (instance: string) => void handled.push(`drop ${instance}`),
      close: () => void handled.push('close'),
    }),
  };
});
vi.mock('node:os', async (original) => ({ ...(await original<object>()), networkInterfaces: vi.fn(() => ({})) }));

beforeEach(() => {
  useVirtualTime(NOW);
  handled.length = 0;
  // No jitter, and what is hurried comes after 150 ms.
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.5);
  onTestFinished(() => {
    random.mockRestore();
    vi.useRealTimers();
  });
});

const API = 'v1.tides.example.com';
const OTHER = 'v1.moorings.example.com';
const OWN = '192.0.2.1:6443';
const SECOND = '192.0.2.2:6443';
const INTERVAL = 10_000;

const at = (ip: string, ready = true) => ({ ip, port: 10250, ready });
const target = (...ips: readonly string[]): Partial<ApiTarget> => ({ addresses: ips.map((ip) => at(ip)) });

/** What is answered: a result that differs from a good one, nothing, or an error. */
type Answer = Partial<ProbeResult> | undefined | Error | Promise<Partial<ProbeResult>>;
const REFUSED: Partial<ProbeResult> = { ok: false, reason: 'connection_refused' };
const TIMED_OUT: Partial<ProbeResult> = { ok: false, reason: 'connection_timeout' };
const OURS: Partial<ProbeResult> = { ok: false, reason: 'other', hop: 'us', detail: 'no file descriptor' };
const CERTIFIED = { certificate: { dnsNames: [] } } as unknown as Partial<ProbeResult>;

interface Given {
  readonly apis?: readonly Partial<ApiTarget>[];
  readonly options?: ProberOptions;
  /** By `control`, or by the address that is asked; else all is well. */
  readonly answers?: Record<string, Answer>;
  /** Whether only the backend can have answered so. */
  readonly proven?: boolean;
  readonly onResult?: (api: string, result: ProbeResult) => void;
}

/** A prober that was started, with each address asked once an interval and in bursts of none. */
function probing({ apis = [{}], options = {}, answers = {}, proven = true, onResult }: Given = {}) {
  const now = { answers, proven, apiservers: [] as string[] };
  const asked: string[] = [];
  const seen: { results: string[]; changes: number; lines: [string, object][] } = { results: [], changes: 0, lines: [] };
  const answerOf = async (key: string, plan: Pick<ProbeResult, 'vantage' | 'request' | 'target'>): Promise<ProbeResult | undefined> => {
    asked.push(key);
    const given = key in now.answers ? now.answers[key] : {};
    if (given instanceof Error) throw given;
    const began = Date.now();
    const differs = await given;
    const { vantage, request, target: where } = plan;
    return differs && probeResult({ vantage, request, target: where, at: began, ...differs });
  };
  asker.control = async ({ instance }) =>
    (await answerOf(`control ${instance}`, { vantage: 'control', request: 'discovery', target: instance }))!;
  asker.viaAggregator = (_, plan) => answerOf(`${plan.request} ${plan.target}`, plan);
  asker.directly = async (_, plan) => ({ result: (await answerOf(plan.host, plan))!, isProven: now.proven });
  const targets = liveTargets();
  for (const api of apis) targets.set(apiTarget(api));
  const line = (level: string) => (fields: object, message: string) => void seen.lines.push([`${level} ${message}`, fields]);
  const prober = createProber({
    client: kubeClient(`https://${OWN}`, {}),
    targets,
    clock: Date.now,
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    options: {
      vantages: ['aggregator', 'endpoint'],
      list: false,
      inCluster: true,
      intervalMs: INTERVAL,
      firstWithinMs: 0,
      burstSteps: 0,
      apiservers: () => now.apiservers,
      ...options,
    },
    onResult: (api, result) => {
      seen.results.push(`${api} ${result.target} ${result.ok ? 'ok' : result.reason}`);
      onResult?.(api, result);
    },
    onChange: () => seen.changes++,
  });
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  return {
    prober,
    targets,
    now,
    ...{ stop, asked, seen },
    start: () => prober.start(stop.signal),
    /** What is asked meanwhile. */
    askedWhile: async (ms: number) => {
      const before = asked.length;
      await pass(ms);
      return asked.slice(before);
    },
    tallies: (api = API) => prober.tallies(api).map(({ target: where, last, attempts }) => `${where} ${last.ok} ${attempts}`),
    said: (words: string) => seen.lines.filter(([message]) => message.includes(words)),
  };
}
async function started(given: Given = {}) {
  const found = probing(given);
  found.start();
  await pass(100);
  return found;
}
/** Lets pass what it takes until that is asked once more, and answered. */
async function turnOf(key: string, { asked }: ReturnType<typeof probing>) {
  const before = counted(asked, key);
  for (let left = 400; left > 0 && counted(asked, key) === before; left--) await pass(50);
  await pass(0);
}
const counted = (asked: readonly string[], key: string) => asked.filter((one) => one === key).length;

describe('what is asked in turns', () => {
  it('is each kube-apiserver, and each API through it and at its addresses', async () => {
    const { asked, prober } = await started({ apis: [target('10.1.0.5')] });
    expect(asked.sort()).toEqual([`10.1.0.5`, `control ${OWN}`, `discovery ${OWN}`]);
    expect([...prober.control().keys()]).toEqual([OWN]);
    expect(prober.tallies(API).map(({ vantage, request }) => `${vantage} ${request}`)).toEqual([
      'aggregator discovery',
      'endpoint discovery',
    ]);
  });

  it('comes again each interval', async () => {
    const { askedWhile } = await started({ apis: [target('10.1.0.5')] });
    const asked = await askedWhile(10 * INTERVAL);
    for (const key of [`control ${OWN}`, `discovery ${OWN}`, '10.1.0.5']) {
      expect(counted(asked, key)).toBeGreaterThanOrEqual(9);
      expect(counted(asked, key)).toBeLessThanOrEqual(11);
    }
  });

  it('is a list too, at a tenth of the interval until it is known what can be listed', async () => {
    const { askedWhile } = await started({ options: { list: true } });
    const asked = await askedWhile(2 * INTERVAL);
    expect(counted(asked, `list ${OWN}`)).toBeGreaterThanOrEqual(18);
    expect(counted(asked, `discovery ${OWN}`)).toBeLessThanOrEqual(3);
  });

  it('is nothing once the end has come, and nothing where it came before', async () => {
    const late = probing();
    late.stop.abort();
    late.start();
    const { stop, askedWhile, targets, prober } = await started();
    stop.abort();
    targets.set(apiTarget({ name: OTHER }));
    expect([await askedWhile(3 * INTERVAL), late.asked]).toEqual([[], []]);
    expect(handled).toEqual(['close']);
    // Nobody waits for the turn of what came since.
    expect(prober.settled()).toBe(true);
  });

  it('follows the kube-apiservers as they come and go', async () => {
    const { now, askedWhile, prober } = await started();
    now.apiservers = [SECOND];
    const asked = await askedWhile(3 * INTERVAL);
    expect([counted(asked, `control ${SECOND}`) > 0, counted(asked, `discovery ${SECOND}`) > 0]).toEqual([true, true]);
    expect([...prober.control().keys()].sort()).toEqual([OWN, SECOND]);
    expect(handled).toEqual([]);
    now.apiservers = [];
    await pass(INTERVAL);
    expect(handled).toEqual([`drop ${SECOND}`]);
    expect((await askedWhile(3 * INTERVAL)).filter((key) => key.includes(SECOND))).toEqual([]);
    expect([...prober.control().keys()]).toEqual([OWN]);
    expect(prober.tallies(API).map(({ target: where }) => where)).toEqual([OWN]);
  });

  it.each(['127.0.0.1:6443', 'kube.example.com:6443'])('is no kube-apiserver %s, which an object of the cluster may name', async (name) => {
    const { now, askedWhile } = await started();
    now.apiservers = [name];
    expect((await askedWhile(3 * INTERVAL)).filter((key) => key.includes(name))).toEqual([]);
  });

  it('follows the APIs: by what is told of them, and by what is there where nobody told', async () => {
    const { targets, askedWhile, prober, tallies } = await started({ apis: [target('10.1.0.5')] });
    targets.set(apiTarget({ name: OTHER, ...target('10.1.0.6') }));
    expect(await askedWhile(100)).toContain('10.1.0.6');
    targets.remove(OTHER);
    expect(prober.tallies(OTHER)).toEqual([]);
    expect(await askedWhile(2 * INTERVAL)).not.toContain('10.1.0.6');
    const { all, get } = targets;
    Object.assign(targets, { all: () => [apiTarget({ name: OTHER, ...target('10.1.0.7') })], get: () => apiTarget({ name: OTHER }) });
    const asked = await askedWhile(2 * INTERVAL);
    expect(asked).toContain('10.1.0.7');
    expect([tallies(), (await askedWhile(INTERVAL)).includes('10.1.0.5')]).toEqual([[], false]);
    // Told late, of what is forgotten already.
    targets.remove(API);
    expect([tallies(), prober.unbelieved(API)]).toEqual([[], []]);
    Object.assign(targets, { all, get });
  });

  it('asks nothing of an API that went a moment ago', async () => {
    const { targets, askedWhile, tallies } = await started({ apis: [target('10.1.0.5')] });
    Object.assign(targets, { get: () => undefined });
    const before = tallies();
    expect((await askedWhile(3 * INTERVAL)).filter((key) => !key.startsWith('control'))).toEqual([]);
    expect(tallies()).toEqual(before);
  });
});

describe('addresses', () => {
  it('that go take their tally along, and those that come are asked at once', async () => {
    const { targets, askedWhile, tallies } = await started({ apis: [target('10.1.0.5', '10.1.0.6')], options: { vantages: ['endpoint'] } });
    expect(tallies()).toEqual(['10.1.0.5:10250 true 1', '10.1.0.6:10250 true 1']);
    targets.set(apiTarget(target('10.1.0.6', '10.1.0.7')));
    expect(await askedWhile(400)).toEqual(['10.1.0.7']);
    // Counts of what went go to one that is left, so that their sum never falls.
    expect(tallies()).toEqual(['10.1.0.6:10250 true 2', '10.1.0.7:10250 true 1']);
    expect(await askedWhile(2 * INTERVAL)).not.toContain('10.1.0.5');
  });

  it('that become ready have all asked again that was asked when requests went elsewhere', async () => {
    const { targets, askedWhile } = await started({ apis: [{ addresses: [at('10.1.0.5', false)] }] });
    await pass(INTERVAL);
    const again = async (...addresses: ApiTarget['addresses']) => {
      targets.set(apiTarget({ addresses }));
      return (await askedWhile(350)).filter((key) => !key.startsWith('control')).sort();
    };
    expect(await again(at('10.1.0.5'))).toEqual(['10.1.0.5', `discovery ${OWN}`]);
    expect(await again(at('10.1.0.5'))).toEqual([]);
  });

  it('are refused once each, again when they come back', async () => {
    const { targets, said } = await started({ apis: [target('127.0.0.1')] });
    targets.set(apiTarget(target('127.0.0.1')));
    const fields = { apiservice: API, address: '127.0.0.1:10250' };
    expect(said('not probed')).toEqual([['warn not probed: 127.0.0.1:10250 is a loopback address', fields]]);
    targets.set(apiTarget(target('10.1.0.5')));
    targets.set(apiTarget(target('127.0.0.1')));
    expect(said('not probed')).toHaveLength(2);
  });
});

describe('an answer', () => {
  it('through a kube-apiserver that does not answer for itself is not asked for, and says nothing of the API', async () => {
    const silent = { [`control ${SECOND}`]: { ok: false, reason: 'response_timeout', status: undefined } as never };
    const { now, askedWhile, prober } = await started({ answers: silent, options: { vantages: ['aggregator'] } });
    now.apiservers = [SECOND];
    expect(counted(await askedWhile(3 * INTERVAL), `discovery ${SECOND}`)).toBe(0);
    expect(prober.tallies(API).map(({ target: where }) => where)).toEqual([OWN]);
    expect(prober.settled()).toBe(true);
    now.answers = {};
    expect(counted(await askedWhile(3 * INTERVAL), `discovery ${SECOND}`)).toBeGreaterThan(0);
  });

  it('is asked for through our own kube-apiserver also while that does not answer for itself', async () => {
    const { asked } = await started({ answers: { [`control ${OWN}`]: { ok: false, status: undefined } as never } });
    expect(asked).toContain(`discovery ${OWN}`);
  });

  it('that could not be measured is none: what was counted is not observed until the next one', async () => {
    const found = await started({ options: { vantages: ['aggregator'] } });
    const { now, prober, seen, tallies } = found;
    expect(tallies()).toEqual([`${OWN} true 1`]);
    now.answers = { [`discovery ${OWN}`]: undefined };
    await turnOf(`discovery ${OWN}`, found);
    expect([tallies(), seen.results.length, prober.settled()]).toEqual([[], 1, true]);
    now.answers = {};
    await turnOf(`discovery ${OWN}`, found);
    expect(tallies()).toEqual([`${OWN} true 2`]);
  });

  it('that our own trouble keeps from us counts nowhere, and names the trouble', async () => {
    const { prober, seen, said } = await started({ answers: { '10.1.0.5': new Error('token file is gone') }, apis: [target('10.1.0.5')] });
    expect(seen.results).toContain(`${API} 10.1.0.5:10250 other`);
    expect(prober.tallies(API).map(({ vantage }) => vantage)).toEqual(['aggregator']);
    expect(said('probe could not be made')).toEqual([
      ['debug probe could not be made', { apiservice: API, vantage: 'endpoint', error: 'token file is gone' }],
    ]);
    // It is not the kube-apiserver that could not be asked.
    expect(prober.status(Date.now()).state).toBe('ok');
  });

  it.each<[string, (of: ReturnType<typeof probing>) => void]>([
    ['its API went', ({ targets }) => targets.remove(API)],
    ['its address went', ({ targets }) => targets.set(apiTarget(target('10.1.0.6')))],
    [
      'its API went and came anew',
      ({ targets }) => {
        targets.remove(API);
        targets.set(apiTarget(target('10.1.0.6')));
      },
    ],
    ['the end has come', ({ stop }) => stop.abort()],
  ])('that comes when %s is told to nobody', async (_, happens) => {
    let answer = (_: Partial<ProbeResult>) => {};
    const pending = new Promise<Partial<ProbeResult>>((done) => {
      answer = done;
    });
    const found = await started({ apis: [target('10.1.0.5')], answers: { '10.1.0.5': pending }, options: { vantages: ['endpoint'] } });
    happens(found);
    answer(REFUSED);
    await pass(100);
    expect(found.seen.results.filter((line) => line.includes('10.1.0.5'))).toEqual([]);
    expect(found.tallies().filter((line) => line.startsWith('10.1.0.5'))).toEqual([]);
  });
});

describe('what could not be measured begins no burst', () => {
  const BURST: ProberOptions = { vantages: ['aggregator'], burstSteps: 5, burstStepMs: 1000 };
  const turns = async (given: Given, happens: (of: ReturnType<typeof probing>) => void = () => {}) => {
    const found = await started({ ...given, options: { ...BURST, ...given.options } });
    happens(found);
    const asked = await found.askedWhile(3 * INTERVAL);
    return { asked: counted(asked, `discovery ${OWN}`) };
  };

  it.each<[string, Answer, (asked: number) => boolean]>([
    ['a failure does', REFUSED, (asked) => asked > 6],
    ['no answer does not', undefined, (asked) => asked <= 4],
    ['our own trouble does', OURS, (asked) => asked > 6],
  ])('%s', async (_, answer, holds) => {
    const { asked } = await turns({ answers: { [`discovery ${OWN}`]: answer } });
    expect([asked, holds(asked)]).toEqual([asked, true]);
  });

  it('nor an API that went a moment ago', async () => {
    let reads = 0;
    await turns({}, ({ targets }) =>
      Object.assign(targets, {
        get: () => {
          reads++;
          return undefined;
        },
      }),
    );
    expect(reads).toBeGreaterThan(1);
    expect(reads).toBeLessThanOrEqual(4);
  });

  it('nor an address that nobody believes', async () => {
    const found = await started({
      apis: [target('10.1.0.5')],
      answers: { '10.1.0.5': REFUSED },
      proven: false,
      options: { ...BURST, vantages: ['endpoint'], inCluster: false },
    });
    expect(counted(await found.askedWhile(3 * INTERVAL), '10.1.0.5')).toBeLessThanOrEqual(4);
  });

  it.each<[string, Partial<ProbeResult>, (asked: number) => boolean]>([
    ['a kube-apiserver that fails does', { ok: false, reason: 'response_timeout' }, (asked) => asked > 6],
    ['one that answers does not', {}, (asked) => asked <= 4],
  ])('%s', async (_, answer, holds) => {
    const found = await started({ answers: { [`control ${OWN}`]: answer }, options: BURST });
    const asked = counted(await found.askedWhile(3 * INTERVAL), `control ${OWN}`);
    expect([asked, holds(asked)]).toEqual([asked, true]);
  });
});

describe('a failure', () => {
  /** Two addresses, of which the first answers so from the second turn on. */
  async function failing(answer: Answer, first: Answer = {}) {
    const found = await started({
      apis: [target('10.1.0.5', '10.1.0.6'), { name: OTHER, ...target('10.1.0.9') }],
      answers: { '10.1.0.5': first },
      options: { vantages: ['endpoint'], intervalMs: 6 * INTERVAL },
    });
    await pass(500);
    found.now.answers = { '10.1.0.5': answer };
    return found;
  }
  /** What is asked in the half second after the first address was asked next. */
  const askedAfterIt = async ({ asked, askedWhile }: ReturnType<typeof probing>) => {
    const turns = counted(asked, '10.1.0.5');
    const others = () => asked.filter((key) => key !== '10.1.0.5' && !key.startsWith('control')).length;
    let before = others();
    while (counted(asked, '10.1.0.5') === turns) {
      before = others();
      await pass(50);
    }
    const once = others() - before;
    return [...(await askedWhile(400)).filter((key) => !key.startsWith('control')), ...asked.slice(-once || asked.length)];
  };

  it('that is the first has every other way to the API asked again soon, and no other API', async () => {
    expect(await askedAfterIt(await failing(REFUSED))).toEqual(['10.1.0.6']);
  });

  it('that goes on has not', async () => {
    const found = await failing(REFUSED);
    await askedAfterIt(found);
    expect(await askedAfterIt(found)).toEqual([]);
  });

  it('is none while all is well', async () => {
    expect(await askedAfterIt(await failing({}))).toEqual([]);
  });

  it('of the first turn is a first one, too', async () => {
    const late = pass(400).then(() => REFUSED);
    const { asked } = await failing(REFUSED, late);
    await pass(500);
    expect([counted(asked, '10.1.0.6'), counted(asked, '10.1.0.9')]).toEqual([2, 1]);
  });
});

describe('a change', () => {
  it.each<[string, Partial<ProbeResult>[], number[]]>([
    ['is the first result', [{}], [1]],
    ['is none while it goes on', [{}, {}], [1, 1]],
    ['is a failure after a pass, and a pass after that', [{}, REFUSED, {}], [1, 2, 3]],
    ['is another reason', [REFUSED, { ...REFUSED, reason: 'connection_reset' }], [1, 2]],
    ['is none while it fails alike', [REFUSED, REFUSED], [1, 1]],
  ])('%s', async (_, results, expected) => {
    const found = await started({ options: { vantages: ['aggregator'] }, answers: { [`discovery ${OWN}`]: results[0] } });
    const changes = [found.seen.changes];
    for (const result of results.slice(1)) {
      found.now.answers = { [`discovery ${OWN}`]: result };
      await turnOf(`discovery ${OWN}`, found);
      changes.push(found.seen.changes);
    }
    expect(changes).toEqual(expected);
  });

  it('that a listener fails at is logged, and the result counts all the same', async () => {
    const found = await started({
      options: { vantages: ['aggregator'] },
      onResult: () => {
        throw new Error('low water');
      },
    });
    await turnOf(`discovery ${OWN}`, found);
    expect(found.said('a listener of probe results failed')[0]).toEqual([
      'error a listener of probe results failed',
      { apiservice: API, error: 'low water' },
    ]);
    expect(found.tallies()).toEqual([`${OWN} true 2`]);
  });
});

describe('open probes', () => {
  const hang = new Promise<Partial<ProbeResult>>(() => {});
  const SIX = Array.from({ length: 6 }, (_, i) => `10.1.0.${i}`);
  const hanging = (hosts: readonly string[]) => Object.fromEntries(hosts.map((host) => [host, hang]));

  it('of one vantage keep nobody from another', async () => {
    const service = { type: 'ClusterIP', clusterIP: '10.2.0.1', selector: null, ports: [] };
    const found = await started({
      apis: [{ ...target(...SIX), service }],
      answers: hanging(SIX),
      options: { maxOpen: 4, vantages: ['aggregator', 'service', 'endpoint'] },
    });
    expect(found.asked.filter((key) => key.startsWith('10.1.')).length).toBe(1);
    const asked = await found.askedWhile(10 * INTERVAL);
    expect([counted(asked, `discovery ${OWN}`) >= 9, counted(asked, '10.2.0.1') >= 9]).toEqual([true, true]);
    expect(asked.filter((key) => key.startsWith('10.1.'))).toEqual([]);
  });

  it('are as many of each vantage as there may be: four through the kube-apiserver, one of the addresses', async () => {
    const { asked } = await started({
      apis: SIX.map((ip, i) => ({ name: `v${i}.tides.example.com`, ...target(ip) })),
      answers: { ...hanging(SIX), [`discovery ${OWN}`]: hang },
      options: { maxOpen: 4 },
    });
    await pass(2 * INTERVAL);
    expect([counted(asked, `discovery ${OWN}`), asked.filter((key) => key.startsWith('10.')).length]).toEqual([4, 1]);
  });

  it('that timed out wait behind each other alone, and those that answer keep their pace', async () => {
    const found = await started({ apis: [target(...SIX)], options: { maxOpen: 4, vantages: ['endpoint'] } });
    const [lost = '', ...others] = SIX;
    found.now.answers = { [lost]: TIMED_OUT };
    await turnOf(lost, found);
    found.now.answers = { [lost]: hang };
    const asked = await found.askedWhile(5 * INTERVAL);
    expect(counted(asked, lost)).toBe(1);
    for (const ip of others) expect(counted(asked, ip)).toBeGreaterThanOrEqual(4);
  });

  it('give their places back, answered or not', async () => {
    let answer = (_: Partial<ProbeResult>) => {};
    const pending = new Promise<Partial<ProbeResult>>((done) => {
      answer = done;
    });
    const { asked } = await started({
      apis: [target('10.1.0.5', '10.1.0.6')],
      answers: { '10.1.0.5': pending, '10.1.0.6': pending },
      options: { maxOpen: 1, vantages: ['endpoint'] },
    });
    const direct = () => asked.filter((key) => key.startsWith('10.'));
    await pass(2 * INTERVAL);
    expect(direct()).toHaveLength(1);
    answer({});
    await pass(2 * INTERVAL);
    expect(new Set(direct()).size).toBe(2);
    expect(direct().length).toBeGreaterThanOrEqual(4);
  });
});

describe('an address that times out', () => {
  const LOST = '10.1.0.5';
  const lost = { [LOST]: TIMED_OUT };
  /** What is asked of it in a minute, once it has timed out so often. */
  async function afterTimeouts(times: number, given: Given = {}) {
    const found = await started({ apis: [target(LOST)], ...given });
    found.now.answers = { ...given.answers, ...lost };
    for (let i = 0; i < times; i++) await turnOf(LOST, found);
    return found;
  }

  it('is asked at its usual pace after two time-outs', async () => {
    const found = await afterTimeouts(2);
    expect(await found.askedWhile(1.1 * INTERVAL)).toContain(LOST);
  });

  it('waits twice as long after three, and as long as a minute at last', async () => {
    const found = await afterTimeouts(3);
    expect(await found.askedWhile(1.9 * INTERVAL)).not.toContain(LOST);
    expect(await found.askedWhile(0.2 * INTERVAL)).toContain(LOST);
    await pass(10 * INTERVAL);
    expect(counted(await found.askedWhile(55_000), LOST)).toBe(1);
  });

  it.each<[string, Given]>([
    ['nothing else of it is probed', { options: { vantages: ['endpoint'] } }],
    ['nothing else could be measured', { answers: { [`discovery ${OWN}`]: undefined } }],
  ])('keeps its pace while %s of the API', async (_, given) => {
    const found = await afterTimeouts(3, given);
    expect(counted(await found.askedWhile(60_000), LOST)).toBeGreaterThanOrEqual(5);
  });

  it('ends its burst with the third', async () => {
    const found = await started({ apis: [target(LOST)], options: { burstSteps: 5, burstStepMs: 1000 } });
    found.now.answers = lost;
    await turnOf(LOST, found);
    expect(counted(await found.askedWhile(10_000), LOST)).toBe(2);
  });

  it.each([0, 7, 19, 31, 44, 58])('is seen within a minute when it answers again %i s later', async (seconds) => {
    const found = await afterTimeouts(6);
    await pass(seconds * 1000);
    found.now.answers = {};
    expect(await found.askedWhile(60_000)).toContain(LOST);
    expect(found.tallies().find((line) => line.startsWith(LOST))).toContain('true');
  });

  it('is asked at once when another vantage sees a change: what it saw before says nothing of that', async () => {
    const found = await afterTimeouts(6, { answers: { [`discovery ${OWN}`]: REFUSED } });
    await pass(1000);
    found.now.answers = lost;
    await turnOf(`discovery ${OWN}`, found);
    expect(await found.askedWhile(400)).toContain(LOST);
    await turnOf(`discovery ${OWN}`, found);
    expect(await found.askedWhile(400)).not.toContain(LOST);
  });

  it('waits too where nobody believes that it is the backend', async () => {
    const found = await afterTimeouts(3, { proven: false, options: { inCluster: false } });
    expect(await found.askedWhile(1.9 * INTERVAL)).not.toContain(LOST);
  });
});

describe('the source', () => {
  const stateOf = ({ prober }: ReturnType<typeof probing>) => prober.status(Date.now());

  it('is pending until a probe has ended, then ok, and stale when none did for six intervals', async () => {
    const found = probing();
    expect(stateOf(found)).toEqual({ source: 'probes', state: 'pending' });
    found.start();
    await pass(100);
    const { lastSuccess = 0, state } = stateOf(found);
    expect(state).toBe('ok');
    const later = (ms: number) => found.prober.status(lastSuccess + ms).state;
    expect([later(6 * INTERVAL - 1), later(6 * INTERVAL)]).toEqual(['ok', 'stale']);
  });

  it.each<[string, Partial<ProbeResult>, object]>([
    ['fails with our own trouble', OURS, { state: 'failed', message: 'no file descriptor' }],
    ['fails without words', { ...OURS, detail: '' }, { state: 'failed', message: 'probes cannot be made from here' }],
    [
      'is unauthorised where our token is refused',
      { ...OURS, reason: 'unauthorized', detail: 'HTTP 401' },
      { state: 'unauthorised', message: 'the credentials were refused: HTTP 401' },
    ],
  ])('%s at once, says so once, and recovers', async (_, trouble, expected) => {
    const found = await started({ options: { vantages: ['aggregator'] } });
    const { lastSuccess } = stateOf(found);
    found.now.answers = { [`control ${OWN}`]: trouble, [`discovery ${OWN}`]: trouble };
    expect(handled).toEqual([]);
    for (let turn = 0; turn < 3; turn++) await turnOf(`discovery ${OWN}`, found);
    expect(stateOf(found)).toEqual({ source: 'probes', lastSuccess, ...expected });
    // They are read anew then.
    expect(new Set(handled)).toEqual(new Set(trouble.reason === 'unauthorized' ? ['credentials refused'] : []));
    const warning = 'probes through the kube-apiserver cannot be made from here';
    expect(found.said(warning)).toEqual([[`warn ${warning}`, { reason: trouble.reason, detail: trouble.detail }]]);
    found.now.answers = {};
    await turnOf(`discovery ${OWN}`, found);
    await turnOf(`control ${OWN}`, found);
    expect(stateOf(found).state).toBe('ok');
    found.now.answers = { [`control ${OWN}`]: trouble };
    await turnOf(`control ${OWN}`, found);
    expect(found.said(warning)).toHaveLength(2);
  });

  it('is one of the kube client’s own server: another way that fails for our sake says less', async () => {
    const found = await started({ apis: [target('10.1.0.5')], answers: { '10.1.0.5': OURS } });
    found.now.apiservers = [SECOND];
    found.now.answers = { '10.1.0.5': OURS, [`control ${SECOND}`]: OURS };
    await pass(3 * INTERVAL);
    expect(stateOf(found).state).toBe('ok');
    expect(found.said('cannot be made')).toEqual([]);
  });

  it('is settled when the kube-apiserver has answered and each target has had its turn', async () => {
    let answer = (_: Partial<ProbeResult>) => {};
    const pending = new Promise<Partial<ProbeResult>>((done) => {
      answer = done;
    });
    const found = probing({ apis: [target('10.1.0.5')], answers: { [`control ${OWN}`]: pending } });
    expect(found.prober.settled()).toBe(false);
    found.start();
    await pass(100);
    expect(found.prober.settled()).toBe(false);
    answer({});
    await pass(100);
    expect(found.prober.settled()).toBe(true);
    found.targets.set(apiTarget({ name: OTHER }));
    expect(found.prober.settled()).toBe(false);
    await pass(100);
    expect(found.prober.settled()).toBe(true);
  });
});

describe('serving certificates', () => {
  const stateOf = ({ prober }: ReturnType<typeof probing>, now = Date.now()) => prober.certificates.status(now);

  it('are not looked at where nobody asks the backend itself', async () => {
    expect(stateOf(await started({ options: { vantages: ['aggregator'] } }))).toEqual({ source: 'certificates', state: 'disabled' });
  });

  it('are pending until one was seen, ok from then on, and stale when none was for six intervals', async () => {
    const found = await started({ apis: [target('10.1.0.5')] });
    expect(stateOf(found)).toEqual({ source: 'certificates', state: 'pending' });
    found.now.answers = { '10.1.0.5': CERTIFIED };
    await turnOf('10.1.0.5', found);
    const { lastSuccess = 0, state } = stateOf(found);
    expect([state, lastSuccess > NOW]).toEqual(['ok', true]);
    expect([6 * INTERVAL - 1, 6 * INTERVAL].map((ms) => stateOf(found, lastSuccess + ms).state)).toEqual(['ok', 'stale']);
  });

  it('need no start, and say why outside the cluster none is believed', async () => {
    const found = await started({
      apis: [target('10.1.0.5')],
      answers: { '10.1.0.5': REFUSED },
      proven: false,
      options: { inCluster: false },
    });
    expect(found.prober.certificates.start(found.stop.signal)).toBeUndefined();
    expect(found.prober.certificates.name).toBe('certificates');
    expect(stateOf(found)).toEqual({
      source: 'certificates',
      state: 'pending',
      message: 'outside the cluster: no address has shown a certificate of a backend yet',
    });
  });

  it('say nothing of that where one was seen', async () => {
    const found = await started({ apis: [target('10.1.0.5')], answers: { '10.1.0.5': CERTIFIED }, options: { inCluster: false } });
    found.now.proven = false;
    found.targets.set(apiTarget(target('10.1.0.5', '10.1.0.6')));
    await pass(INTERVAL);
    expect(found.prober.unbelieved(API)).toHaveLength(1);
    expect(stateOf(found)).not.toHaveProperty('message');
  });
});

describe('outside the cluster', () => {
  const outside = (given: Given = {}) => started({ apis: [target('10.1.0.5')], ...given, options: { inCluster: false, ...given.options } });

  it('an address counts from when it has proved to be the backend', async () => {
    const found = await outside({ proven: false, options: { vantages: ['endpoint'] } });
    const { prober, now, seen, tallies } = found;
    expect([tallies(), prober.vouchesFor(API, '10.1.0.5:10250'), seen.results, prober.settled()]).toEqual([[], false, [], true]);
    expect(prober.unbelieved(API)).toMatchObject([{ vantage: 'endpoint', target: '10.1.0.5:10250' }]);
    now.proven = true;
    await turnOf('10.1.0.5', found);
    expect([tallies(), prober.vouchesFor(API, '10.1.0.5:10250')]).toEqual([['10.1.0.5:10250 true 1'], true]);
    expect(prober.unbelieved(API)).toEqual([]);
  });

  it('what was believed of an address goes with it', async () => {
    const { prober, targets, now } = await outside();
    targets.set(apiTarget(target('10.1.0.6')));
    now.proven = false;
    targets.set(apiTarget(target('10.1.0.5')));
    await pass(100);
    expect(prober.unbelieved(API)).toMatchObject([{ target: '10.1.0.5:10250' }]);
    targets.remove(API);
    expect(prober.unbelieved(API)).toEqual([]);
    targets.set(apiTarget());
    expect(prober.unbelieved(API)).toEqual([]);
  });

  it('a kube-apiserver is believed from its first answer on; our own is always', async () => {
    const silent = { ok: false, reason: 'connection_refused', status: undefined } as never;
    const { prober, now } = await outside({ answers: { [`control ${SECOND}`]: silent, [`control ${OWN}`]: silent } });
    now.apiservers = [SECOND];
    await pass(2 * INTERVAL);
    expect([[...prober.control().keys()], prober.unbelievedControl().map(({ target: where }) => where)]).toEqual([[OWN], [SECOND]]);
    now.answers = { [`control ${OWN}`]: silent };
    await pass(2 * INTERVAL);
    expect([[...prober.control().keys()].sort(), prober.unbelievedControl()]).toEqual([[OWN, SECOND], []]);
    // Its silence counts from then on.
    now.answers = { [`control ${SECOND}`]: silent };
    await pass(2 * INTERVAL);
    expect(prober.control().get(SECOND)?.last).toMatchObject({ ok: false, reason: 'connection_refused' });
  });

  it('on another network nothing is believed that was proved before, but the way through our own kube-apiserver', async () => {
    const { prober, now, tallies } = await outside();
    now.apiservers = [SECOND];
    await pass(2 * INTERVAL);
    expect(prober.tallies(API).map(({ target: where }) => where)).toEqual([OWN, SECOND, '10.1.0.5:10250']);
    now.proven = false;
    const lan = { address: '198.51.100.7', cidr: '198.51.100.7/24', internal: false, family: 'IPv4' };
    vi.mocked(networkInterfaces).mockReturnValue({ eth0: [lan] } as never);
    onTestFinished(() => void vi.mocked(networkInterfaces).mockReturnValue({}));
    // Before anybody is asked again: nothing is observed there.
    for (let left = 2 * INTERVAL; left > 0 && prober.vouchesFor(API, '10.1.0.5:10250'); left -= 50) await pass(50);
    expect(prober.tallies(API).map(({ target: where }) => where)).toEqual([OWN, SECOND]);
    expect([...prober.control().keys()]).toEqual([OWN]);
    now.apiservers = [];
    await pass(2 * INTERVAL);
    expect(tallies().map((line) => line.split(' ')[0])).toEqual([OWN]);
    expect([...prober.control().keys()]).toEqual([OWN]);
  });
});
