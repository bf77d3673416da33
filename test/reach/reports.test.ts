import { expect, it } from 'vitest';
import { reachState } from '../../src/domain/node-reach.ts';
import { LARGEST, parseOrders, parseReport, type Report } from '../../src/reach/protocol.ts';
import { type AgentReports, createAgentReports, type WantedTarget } from '../../src/reach/reports.ts';

const INTERVAL_MS = 10_000;
const API = 'v1.tides.example.com';
const target = (i: number, api = API): WantedTarget => ({
  ...{ id: `${api} ${i}`, address: `10.1.0.${i % 250}`, port: 8443, serverName: 'tide-gauge.harbour.svc', group: 'tides.example.com' },
  ...{ version: 'v1', api, vantage: 'endpoint', where: `10.1.0.${i}:8443` },
});
const report = (node: string, ids: readonly string[], failed?: Report['results'][number]['failed']): Report => ({
  node,
  network: 'host',
  results: ids.map((id) => ({ id, age: 2, seconds: 0.01, ...(failed && { failed }) })),
});

function open(wanted: readonly WantedTarget[]) {
  const now = { ms: 0 };
  let changes = 0;
  const reports = createAgentReports({
    ...{ intervalMs: INTERVAL_MS, timeoutMs: 5000, clock: () => now.ms, wall: () => 1_000_000 + now.ms },
    onChange: () => void changes++,
  });
  reports.provide(() => wanted);
  return { reports, now, changes: () => changes };
}

const states = (reports: AgentReports) => reports.of(API).map((of) => `${of.node} ${reachState(of)}`);

it('of an agent whose reports do not come nothing is known after three of them, and after a quarter of an hour it is forgotten', () => {
  const { reports, now } = open([target(1)]);
  reports.take(report('quay-a', [target(1).id]));
  expect(reports.of(API)).toMatchObject([
    { node: 'quay-a', heardAt: 1_000_000, probes: [{ at: 998_000, ok: true, target: '10.1.0.1:8443' }] },
  ]);
  now.ms = 39_999;
  expect(states(reports)).toEqual(['quay-a reached']);
  now.ms = 40_000;
  expect(reports.of(API)).toEqual([{ node: 'quay-a', network: 'host', heardAt: 1_000_000, silent: true, probes: [] }]);
  expect(states(reports)).toEqual(['quay-a unknown']);
  now.ms = 15 * 60_000 - 1;
  expect(reports.agents()).toHaveLength(1);
  now.ms += 1;
  expect(reports.agents()).toEqual([]);
});

it('a report takes the place of the one before, and only what is asked for counts, once', () => {
  const { reports } = open([target(1)]);
  reports.take(report('quay-a', [target(1).id, target(1).id, 'flotsam']));
  expect(reports.of(API)[0]!.probes).toHaveLength(1);
  reports.take(report('quay-a', []));
  expect(states(reports)).toEqual(['quay-a unknown']);
});

it('tells when an agent sees something else, and not each time that it reports', () => {
  const { reports, changes } = open([target(1)]);
  reports.take(report('quay-a', [target(1).id]));
  const first = changes();
  reports.take(report('quay-a', [target(1).id]));
  expect(changes()).toBe(first);
  reports.take(report('quay-a', [target(1).id], { phase: 'connect', reason: 'connection_timeout' }));
  expect(changes()).toBe(first + 1);
});

it('keeps a thousand agents, and refuses the next one until one is forgotten', () => {
  const { reports, now } = open([]);
  for (let i = 0; i < 1000; i++) expect(reports.take(report(`quay-${i}`, []))).toBe(true);
  expect(reports.take(report('quay-x', []))).toBe(false);
  expect(reports.take(report('quay-1', []))).toBe(true);
  now.ms = 15 * 60_000;
  expect(reports.take(report('quay-x', []))).toBe(true);
});

it('hands out a thousand addresses at most, each as the other side reads it', () => {
  const { reports } = open(Array.from({ length: LARGEST.targets + 1 }, (_, i) => target(i)));
  const text = JSON.stringify(reports.orders());
  expect(text.length).toBeLessThan(LARGEST.text);
  const orders = parseOrders(text);
  expect(orders).toMatchObject({ intervalSeconds: 10, timeoutSeconds: 5 });
  expect(orders.targets).toHaveLength(LARGEST.targets);
  expect(orders.targets[0]).not.toHaveProperty('api');
});

const GOOD = report('quay-a', ['tides'], { phase: 'tls', reason: 'tls_timeout' });
const ORDERS = { intervalSeconds: 10, timeoutSeconds: 5, targets: [{ ...target(1) }] };
const differing = (differs: object) => ({ ...ORDERS, targets: [{ ...ORDERS.targets[0], ...differs }] });

it('reads a report as it was written', () => {
  expect(parseReport(JSON.stringify(GOOD))).toEqual(GOOD);
});

it.each<[string, (text: string) => unknown, unknown]>([
  ['a report', parseReport, []],
  ['node', parseReport, { ...GOOD, node: 'quay a' }],
  ['network', parseReport, { ...GOOD, network: 'sea' }],
  ['results', parseReport, { ...GOOD, results: Array.from({ length: LARGEST.targets + 1 }, () => GOOD.results[0]) }],
  ['id', parseReport, { ...GOOD, results: [{ ...GOOD.results[0], id: 'x'.repeat(513) }] }],
  ['age', parseReport, { ...GOOD, results: [{ ...GOOD.results[0], age: -1 }] }],
  ['reason', parseReport, { ...GOOD, results: [{ ...GOOD.results[0], failed: { phase: 'tls', reason: 'constructor' } }] }],
  ['phase', parseReport, { ...GOOD, results: [{ ...GOOD.results[0], failed: { phase: '<b>', reason: 'other' } }] }],
  ['address', parseOrders, differing({ address: 'metadata.example.com' })],
  ['port', parseOrders, differing({ port: 0 })],
  ['group', parseOrders, differing({ group: '../healthz' })],
  ['version', parseOrders, differing({ version: 'v1 HTTP/1.1' })],
  ['serverName', parseOrders, differing({ serverName: '' })],
  ['intervalSeconds', parseOrders, { ...ORDERS, intervalSeconds: 0 }],
])('refuses another %s, and names it', (what, parse, value) => {
  expect(() => parse(JSON.stringify(value))).toThrow(what);
});
