import { describe, expect, it } from 'vitest';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { ApiFacts, ClusterFacts } from '../../src/domain/snapshot.ts';
import type { OpenSource } from '../../src/observe/define-source.ts';
import type { Discovery } from '../../src/observe/discovery/discovery.ts';
import type { Statuses } from '../../src/observe/discovery/object-facts.ts';
import { createSnapshots } from '../../src/observe/snapshot.ts';
import { createTextMatches } from '../../src/observe/text-matches.ts';
import { healthyApi, healthyCluster, healthyTally, NOW, probeResult } from '../support/healthy.ts';

const TIDES = 'v1.tides.example.com';
const MOORINGS = 'v1.moorings.example.com';
const REFUSED = 'dial tcp 10.1.0.5:10250: connect: connection refused';

/** What discovery tells of a healthy API: nothing that is looked up by another source. */
const { probes, logs, policy, resources, backendMetrics, rights, textMatches, ...OBJECTS } = healthyApi();
const HEALTHY_LOOKED_UP = { probes, logs, policy, resources, backendMetrics, rights, textMatches };

/** Nobody was looked for; whom nobody can see is said. */
const controller = { state: 'unobserved', why: expect.stringContaining('kube-controller-manager') as string };
const hurt = { autoscaler: UNOBSERVED, namespace: UNOBSERVED, webhook: UNOBSERVED, controller, client: UNOBSERVED };

interface Known {
  readonly facts?: Readonly<Record<string, ApiFacts | undefined>>;
  readonly unreadable?: string;
  readonly version?: string;
  readonly nodes?: ClusterFacts['nodes'];
}

const discoveryOf = ({ facts = { [TIDES]: OBJECTS as ApiFacts }, unreadable, version, nodes = UNOBSERVED }: Known) =>
  ({
    names: () => Object.keys(facts),
    facts: (name) => facts[name],
    seen: () => ({}) as Statuses,
    unreadable: () => unreadable,
    serverVersion: () => version,
    nodes: () => nodes,
    cronJobs: () => observed([]),
    systemEvents: () => observed([]),
    clusterChanges: () => [],
  }) as Partial<Discovery> as Discovery;

const sourceOf = (facts: Partial<OpenSource>): OpenSource =>
  ({ ofApi: () => ({}), ofHurt: () => ({}), ofCluster: () => ({}), ofApiservers: () => new Map(), ...facts }) as OpenSource;

const snapshotOf = (known: Known, asked: readonly Partial<OpenSource>[] = [], clock = () => NOW) =>
  createSnapshots({ discovery: discoveryOf(known), asked: asked.map(sourceOf), texts: createTextMatches(), clock })([
    { source: 'pods', state: 'ok' },
  ]);

describe('a snapshot', () => {
  it('has the time, and how far each source is', () => {
    expect(snapshotOf({})).toMatchObject({ time: NOW, sources: [{ source: 'pods', state: 'ok' }] });
  });

  it('holds the APIs in the order in which discovery names them', () => {
    const facts = { [MOORINGS]: OBJECTS as ApiFacts, [TIDES]: OBJECTS as ApiFacts };
    const named = Object.fromEntries(Object.entries(facts).map(([name, api]) => [name, { ...api, name }]));
    expect(snapshotOf({ facts: named }).apis.map(({ name }) => name)).toEqual([MOORINGS, TIDES]);
  });

  it('leaves out an API that went between its name and its facts', () => {
    expect(snapshotOf({ facts: { [MOORINGS]: undefined, [TIDES]: OBJECTS as ApiFacts } }).apis.map(({ name }) => name)).toEqual([TIDES]);
  });
});

describe('of an API', () => {
  const apiOf = (known: Known, asked: readonly Partial<OpenSource>[] = []) => snapshotOf(known, asked).apis[0]!;
  const looked: Partial<OpenSource>[] = Object.entries(HEALTHY_LOOKED_UP).map(([what, fact]) => ({ ofApi: () => ({ [what]: fact }) }));

  it('each source tells its part', () => {
    expect(apiOf({}, looked)).toEqual({ ...healthyApi(), hurt });
  });

  it('what no source was asked for is not observed', () => {
    expect(apiOf({}, [{ ofApi: () => ({ rights }) }])).toEqual({
      ...OBJECTS,
      ...{ probes: [], textMatches: [], rights, hurt },
      ...{ logs: UNOBSERVED, policy: UNOBSERVED, resources: UNOBSERVED, backendMetrics: UNOBSERVED },
    });
  });

  it('each source tells of those whom it looks for, and of the others nothing is known', () => {
    const web = { kind: 'autoscaler', name: 'web', says: 'HPA harbour/web cannot scale' } as const;
    const forbidden = { state: 'forbidden', rule: 'namespaces: list' } as const;
    const { hurt: known, hurtUnlisted } = apiOf({}, [
      { ofHurt: () => ({ autoscaler: { listed: observed([web]), unlisted: 3 } }) },
      { ofHurt: () => ({ namespace: { listed: forbidden, unlisted: 0 } }) },
    ]);
    expect(known).toEqual({ ...hurt, autoscaler: observed([web]), namespace: forbidden });
    expect(hurtUnlisted).toEqual({ autoscaler: 3 });
  });

  it('that cannot be read nothing is known but its probes, and why', () => {
    const last = probeResult({ ok: false, reason: 'service_unavailable', detail: REFUSED });
    const failing = [healthyTally('aggregator', 'discovery', { last, lastFailure: last })];
    const blind = { state: 'unobserved', why: 'the APIService cannot be read: spec.service is a text' };
    expect(apiOf({ unreadable: 'spec.service is a text' }, [...looked, { ofApi: () => ({ probes: failing }) }])).toEqual({
      ...OBJECTS,
      ...{ logs: blind, policy: blind, resources: blind, backendMetrics: blind, rights: blind },
      probes: failing,
      textMatches: [],
    });
  });

  it('the texts of its objects stand beside those that a source tells', () => {
    const condition = observed({ status: 'False' as const, reason: 'FailedDiscoveryCheck', message: REFUSED, lastTransition: NOW - 1 });
    const told = { signature: 'mine', speaker: 'client' as const, count: 2, lastAt: NOW, sample: 'tide lost' };
    const { textMatches: found } = apiOf({ facts: { [TIDES]: { ...(OBJECTS as ApiFacts), condition } } }, [
      { ofApi: () => ({ textMatches: [told] }) },
    ]);
    expect(found.map(({ signature, count }) => [signature, count])).toEqual([
      ['dial-refused', 1],
      ['mine', 2],
    ]);
  });
});

describe('of the cluster', () => {
  it('discovery tells its part, and each source its own', () => {
    const { nodes, frontProxyCa } = healthyCluster();
    expect(snapshotOf({ version: 'v1.36.3', nodes }, [{ ofCluster: () => ({ frontProxyCa }) }]).cluster).toEqual({
      serverVersion: 'v1.36.3',
      nodes,
      apiservers: [],
      frontProxyCa,
      cronJobs: observed([]),
      systemEvents: observed([]),
      changes: [],
      apiserverLogs: UNOBSERVED,
    });
  });

  it('the version is left out that nobody told', () => {
    expect(snapshotOf({}).cluster).not.toHaveProperty('serverVersion');
  });

  it('each kube-apiserver stands once, by its name, with what every source tells of it', () => {
    const control = healthyTally('control');
    const { metrics } = healthyCluster().apiservers[0]!;
    const probed = new Map(['192.0.2.3:6443', '192.0.2.1:6443', '192.0.2.2:6443'].map((instance) => [instance, { control }]));
    const { apiservers } = snapshotOf({}, [
      { ofApiservers: () => probed },
      { ofApiservers: () => new Map([['192.0.2.2:6443', { metrics }]]) },
    ]).cluster;
    expect(apiservers).toEqual([
      { instance: '192.0.2.1:6443', control, metrics: UNOBSERVED },
      { instance: '192.0.2.2:6443', control, metrics },
      { instance: '192.0.2.3:6443', control, metrics: UNOBSERVED },
    ]);
  });
});
