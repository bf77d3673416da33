import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Interference } from '../../src/simulator/control-plane/interference.ts';
import type { OpenWatch } from '../../src/simulator/control-plane/list-watch.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { clientOf, eventually } from './support/client.ts';
import { smallScenario, TIDES } from './support/scenario.ts';

const LIST = '/apis/apiregistration.k8s.io/v1/apiservices';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ scenario: smallScenario() });
});
afterAll(() => simulator.stop());

const ask = async (interference?: Interference) => {
  simulator.cluster.interfere = ({ user, path }) => (user.endsWith(':aggregated-api-exporter') && path === LIST ? interference : undefined);
  const answer = await clientOf(simulator)
    .ask(LIST)
    .catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
  simulator.cluster.interfere = () => undefined;
  return typeof answer === 'string' ? answer : [answer.status, answer.text.slice(0, 17), answer.json?.kind];
};

describe('an answer of the kube-apiserver that is spoilt', () => {
  it.each<[string, Interference | undefined, unknown]>([
    ['not at all', undefined, [200, '{"kind":"APIServi', 'APIServiceList']],
    ['by an error', { kind: 'refuse', reason: 'ServiceUnavailable' }, [503, '{"kind":"Status",', 'Status']],
    ['by 410', { kind: 'refuse', reason: 'Expired' }, [410, '{"kind":"Status",', 'Status']],
    ['by 429', { kind: 'busy', retryAfter: 1 }, [429, 'Too many requests', undefined]],
    ['by a page', { kind: 'garbage' }, [200, '<html><head><titl', undefined]],
    ['by time', { kind: 'late', milliseconds: 5 }, [200, '{"kind":"APIServi', 'APIServiceList']],
    ['by silence', { kind: 'silent', milliseconds: 5 }, 'ECONNRESET'],
    ['by an end before its end', { kind: 'short', bytes: 40 }, [200, '{"kind":"APIServi', undefined]],
    ['by a connection that breaks', { kind: 'cut', bytes: 40 }, 'ECONNRESET'],
  ])('%s', async (_, interference, seen) => {
    expect(await ask(interference)).toEqual(seen);
  });
});

describe('a watch that is spoilt', () => {
  const versions = (text: string) => [...text.matchAll(/"type":"(\w+)".*?"tide":"(\d)"/g)].map(([, type, tide]) => `${type} ${tide}`);
  const edit = (tide: string) =>
    simulator.cluster.api(TIDES).editApiService((copy) => {
      copy.metadata.labels = { tide };
    });

  it.each<[string, (watch: OpenWatch) => void, string[]]>([
    ['by the same events again', (watch) => watch.repeat(2, 'oldest-first'), ['MODIFIED 1', 'MODIFIED 2', 'MODIFIED 1', 'MODIFIED 2']],
    ['by old events', (watch) => watch.repeat(2, 'newest-first'), ['MODIFIED 1', 'MODIFIED 2', 'MODIFIED 2', 'MODIFIED 1']],
    [
      'by a delay',
      (watch) => {
        watch.hold(5);
        edit('3');
        edit('4');
      },
      ['MODIFIED 1', 'MODIFIED 2', 'MODIFIED 4', 'MODIFIED 3'],
    ],
  ])('%s', async (_, spoil, seen) => {
    edit('0');
    const before = new Set(simulator.cluster.watchBehaviour.open);
    const response = await clientOf(simulator).open(`${LIST}?watch=1&resourceVersion=${simulator.cluster.store.revisions.current}`);
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('error', () => {});
    const [watch] = [...simulator.cluster.watchBehaviour.open].filter((one) => !before.has(one));
    edit('1');
    edit('2');
    spoil(watch!);
    await eventually(
      () => versions(text),
      (now) => now.length === seen.length,
    );
    expect(versions(text)).toEqual(seen);
    watch!.close('cut');
    await eventually(() => simulator.cluster.watchBehaviour.open.size === before.size);
    expect(text.endsWith('"obj')).toBe(true);
  });
});
