import { describe, expect, it } from 'vitest';
import { publishedAtZero } from '../../src/commands/catalogue-options.ts';
import { UNOBSERVED } from '../../src/domain/observed.ts';
import { SIGNALS } from '../../src/signals/list.ts';
import { readSignals } from '../../src/signals/read.ts';
import { healthyApi, healthyCluster, healthySnapshot } from '../support/healthy.ts';
import { CONTROL_PLANE_ROWS } from './tables/control-plane.ts';
import { EVENT_ROWS } from './tables/events.ts';
import { FLAG_ROWS } from './tables/flags.ts';
import { LINE_ROWS } from './tables/lines.ts';
import { NEIGHBOUR_ROWS } from './tables/neighbours.ts';
import { OBJECT_ROWS } from './tables/objects.ts';
import { POD_ROWS } from './tables/pods.ts';
import { PROBE_ROWS } from './tables/probes.ts';
import { REACH_ROWS } from './tables/reach.ts';
import type { Row } from './tables/row.ts';
import { SYSTEM_EVENT_ROWS } from './tables/system-events.ts';
import { TIME_ROWS } from './tables/time.ts';

const ROWS: readonly Row[] = [
  ...TIME_ROWS,
  ...OBJECT_ROWS,
  ...POD_ROWS,
  ...EVENT_ROWS,
  ...SYSTEM_EVENT_ROWS,
  ...FLAG_ROWS,
  ...NEIGHBOUR_ROWS,
  ...PROBE_ROWS,
  ...REACH_ROWS,
  ...CONTROL_PLANE_ROWS,
  ...LINE_ROWS,
];

const valuesOf = (api: Row[3] = {}, cluster: Row[4] = {}): ReadonlyMap<string, number> => {
  const snapshot = healthySnapshot({ apis: [healthyApi(api)], cluster: healthyCluster(cluster) });
  return new Map(readSignals(snapshot).get('v1.tides.example.com'));
};
const healthy = valuesOf();

describe('signals', () => {
  it.each(ROWS)('%s is %d on a healthy cluster, and %d where it differs', (signal, well, then, api, cluster) => {
    expect(healthy.get(signal)).toBe(well);
    expect(valuesOf(api, cluster).get(signal)).toBe(then);
  });

  it('are observed with their companions, and not without', () => {
    const pairs = SIGNALS.flatMap(({ name, observedWith }) => (observedWith ? [[name, observedWith] as const] : []));
    const seen = [
      ...ROWS.map(([, , , api, cluster]) => valuesOf(api, cluster)),
      valuesOf({ probes: [], pods: UNOBSERVED, endpoints: UNOBSERVED }),
    ];
    const apart = pairs.filter(([name, companion]) => seen.some((values) => values.has(name) !== values.has(companion)));
    expect(apart).toEqual([]);
    expect(pairs.filter(([, companion]) => !publishedAtZero().has(companion))).toEqual([]);
  });

  it.each([
    ['moves', (well: number | undefined, then: number | undefined) => well !== then],
    ['stays', (well: number | undefined, then: number | undefined) => well === then],
  ])('have each a row in which it %s', (_, kept) => {
    const told = new Set<string>(ROWS.filter(([, well, then]) => kept(well, then)).map(([signal]) => signal));
    expect(SIGNALS.map(({ name }) => name).filter((name) => !told.has(name))).toEqual([]);
  });
});
