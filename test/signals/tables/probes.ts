import {
  FAILURE_REASONS,
  type FailureReason,
  type ProbeRequest,
  type ProbeResult,
  type ProbeTally,
  type Vantage,
} from '../../../src/domain/probe.ts';
import type { ApiFacts } from '../../../src/domain/snapshot.ts';
import { healthyApi, healthyTally, NOW, probeResult } from '../../support/healthy.ts';
import { addresses } from './facts.ts';
import type { Row } from './row.ts';

/** The healthy probes, of which that one differs. */
const probe = (
  vantage: Vantage,
  request: ProbeRequest,
  last: Partial<ProbeResult>,
  tally: Partial<ProbeTally> = {},
): Partial<ApiFacts> => ({
  probes: healthyApi().probes.map((one) =>
    one.vantage === vantage && one.request === request ? { ...one, last: { ...one.last, ...last }, ...tally } : one,
  ),
});
const DISCOVERY = ['aggregator', 'discovery'] as const;
const LIST = ['aggregator', 'list'] as const;
const SERVICE = ['service', 'discovery'] as const;
const ENDPOINT = ['endpoint', 'discovery'] as const;
const FAILS = { ok: false, reason: 'server_error' } as const;

/** Two kube-apiservers, each for so many seconds in its state. */
const through = (...states: readonly (readonly [ok: boolean, forSeconds: number])[]): Partial<ApiFacts> => ({
  probes: states.map(([ok, forSeconds], index) =>
    healthyTally('aggregator', 'discovery', {
      target: `192.0.2.${index}:6443`,
      last: probeResult({ ok, ...(ok ? {} : { reason: 'server_error' }) }),
      run: { since: NOW - forSeconds * 1000, length: 3, alikeSince: NOW - forSeconds * 1000 },
    }),
  ),
});

/** A failure over a connection that stood, which comes again and again; now a fresh one passes. */
const dead = (lastFailure: Partial<ProbeResult>): Partial<ApiFacts> =>
  probe(
    'aggregator',
    'discovery',
    { connection: 'fresh' },
    {
      lastFailure: probeResult({ ok: false, reason: 'connection_reset', connection: 'reused', status: undefined as never, ...lastFailure }),
      recurred: { connection_reset: NOW - 1000 },
    },
  );

const WAYS: Readonly<Record<'aggregator' | 'list' | 'direct', Readonly<Record<'own' | 'other', readonly [Vantage, ProbeRequest]>>>> = {
  aggregator: { own: DISCOVERY, other: LIST },
  list: { own: LIST, other: DISCOVERY },
  direct: { own: SERVICE, other: DISCOVERY },
};
type Kebab<Name extends string> = Name extends `${infer First}_${infer Rest}` ? `${First}-${Kebab<Rest>}` : Name;
const named = (reason: FailureReason) => reason.replaceAll('_', '-') as Kebab<FailureReason>;

const REASONS: readonly Row[] = (['aggregator', 'list', 'direct'] as const).flatMap((way) =>
  FAILURE_REASONS.flatMap((reason): Row[] => [
    [`${way}-${named(reason)}`, 0, 1, probe(...WAYS[way].own, { ok: false, reason })],
    [`${way}-${named(reason)}`, 0, 0, probe(...WAYS[way].other, { ok: false, reason })],
  ]),
);

/** What our own probes saw, and through whom. */
export const PROBE_ROWS: readonly Row[] = [
  ['error-ratio', 0, 0.5, probe(...LIST, FAILS)],
  ['error-ratio', 0, 0, probe(...SERVICE, FAILS)],
  ['aggregator-failing', 0, 1, probe(...DISCOVERY, FAILS)],
  ['aggregator-failing', 0, 0.5, through([true, 600], [false, 9])],
  ['aggregator-failing', 0, 0, probe(...LIST, FAILS)],
  ['list-failing', 0, 1, probe(...LIST, FAILS)],
  ['list-failing', 0, 0, probe(...DISCOVERY, FAILS)],
  ['service-failing', 0, 1, probe(...SERVICE, FAILS)],
  ['service-failing', 0, 0, probe(...ENDPOINT, FAILS)],
  ['endpoint-failing', 0, 1, probe(...ENDPOINT, FAILS)],
  ['endpoint-failing', 0, 0, probe(...SERVICE, FAILS)],
  ['aggregator-failures', 0, 3, probe(...LIST, {}, { failures: { server_error: 2, not_found: 1 } })],
  ['aggregator-failures', 0, 0, probe(...SERVICE, {}, { failures: { server_error: 2 } })],
  ...REASONS,
  ['aggregator-seconds', 0.012, 3, probe(...DISCOVERY, { seconds: 3 })],
  ['aggregator-seconds', 0.012, 0.012, probe(...LIST, { seconds: 3 })],
  ['list-seconds', 0.012, 3, probe(...LIST, { seconds: 3 })],
  ['list-seconds', 0.012, 0.012, probe(...DISCOVERY, { seconds: 3 })],
  ['direct-seconds', 0.012, 3, probe(...SERVICE, { seconds: 3 })],
  ['direct-seconds', 0.012, 0.012, probe(...DISCOVERY, { seconds: 3 })],
  ['direct-connect-seconds', 0.001, 1, probe(...ENDPOINT, { phases: { connect: 1, response: 0.005 } })],
  ['direct-connect-seconds', 0.001, 0.001, probe(...ENDPOINT, { phases: { connect: 0.001, response: 2 } })],
  ['direct-response-seconds', 0.005, 2, probe(...ENDPOINT, { phases: { connect: 0.001, response: 2 } })],
  ['direct-response-seconds', 0.005, 0.005, probe(...ENDPOINT, { phases: { connect: 1, response: 0.005 } })],
  ['endpoints-disagree', 0, 1, addresses([true, 600], [false, 9])],
  ['endpoints-disagree', 0, 0, addresses([false, 600], [false, 9])],
  ['apiservers-disagree', 0, 1, through([true, 600], [false, 9])],
  ['apiservers-disagree', 0, 0, through([false, 600], [false, 9])],
  ['endpoints-passing', 600, 600, probe(...DISCOVERY, FAILS)],
  ['apiservers-split', 0, 9, through([true, 600], [false, 9])],
  ['apiservers-split', 0, 0, through([false, 600], [false, 9])],
  ['dead-connections', 0, 1, dead({})],
  ['dead-connections', 0, 0, dead({ connection: 'fresh' })],
  ['dead-connections', 0, 0, dead({ status: 503 })],
  ['our-path-failing', 0, 1, probe(...DISCOVERY, { ...FAILS, hop: 'us' })],
  ['our-path-failing', 0, 0, probe(...DISCOVERY, { ...FAILS, hop: 'backend' })],
];
