import type { Incident } from '../../src/domain/incident.ts';
import { NAME, START } from './ticks.ts';

/** One that lasted a minute, with everything that one can have. */
export function incident(differs: Partial<Incident> = {}): Incident {
  return {
    id: '20260105t090000z-v1.tides.example.com',
    apiservice: NAME,
    began: START,
    ended: START + 60,
    state: 'ended',
    ending: 'recovered',
    lastFailing: START + 55,
    goesOnUntil: START + 120,
    returned: 0,
    interruptions: [],
    pattern: 'transient',
    cause: 'connection-refused',
    category: 'network-connectivity',
    title: 'Nothing listens on the port',
    confidence: 0.93,
    causes: [
      { cause: 'unknown', category: 'unknown', title: 'The cause is not known', confidence: 0.8, from: START, to: START + 5 },
      {
        cause: 'connection-refused',
        category: 'network-connectivity',
        title: 'Nothing listens on the port',
        confidence: 0.93,
        from: START + 5,
        to: START + 60,
      },
    ],
    evidence: [
      {
        id: 'refused-directly',
        cause: 'connection-refused',
        says: 'Its address refuses connections.',
        from: START + 5,
        to: START + 60,
        sample: 'dial tcp 10.1.0.5:10250: connect: connection refused',
      },
    ],
    before: [{ at: START - 300, what: 'rollout', says: 'Deployment harbour/tide-gauge: image changed, by kubectl-edit' }],
    during: [{ at: START + 30, what: 'restart', says: 'server in tide-gauge restarted' }],
    course: {
      step: 10,
      slots: [0, 10, 20, 30, 40, 50].map((after) => ({
        at: START + after,
        asked: [
          { vantage: 'aggregator', asked: 5, failed: after === 0 ? 3 : 5 },
          { vantage: 'endpoint', asked: 5, failed: 0 },
        ],
        ...(after === 0 && { seconds: 0.02 }),
        ready: after === 30 ? 0 : 1,
        lines: 2,
        inflight: 0.25,
      })),
    },
    vantages: [
      { vantage: 'aggregator', asked: 30, failed: 28 },
      { vantage: 'endpoint', asked: 30, failed: 0 },
    ],
    hurt: [
      {
        kind: 'autoscaler',
        name: 'pier',
        namespace: 'harbour',
        since: START + 10,
        says: 'it cannot scale',
        message: 'no metrics from tides',
      },
    ],
    hurtCounts: { autoscaler: 3 },
    endedBy: { at: START + 58, what: 'rollout', says: 'Deployment harbour/tide-gauge: image changed back' },
    shared: { id: 'node-a', shared: 'node a', apiservices: [NAME, 'v1.docks.example.com'] },
    ...differs,
  };
}

export const open = (differs: Partial<Incident> = {}): Incident => {
  const { ended: _, ending: __, endedBy: ___, goesOnUntil: ____, ...rest } = incident();
  return { ...rest, state: 'failing', ...differs };
};
