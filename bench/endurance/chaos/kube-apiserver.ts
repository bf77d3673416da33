import { IDENTITIES } from '../../../src/simulator/access.ts';
import type { Interference, SpoilableRequest } from '../../../src/simulator/control-plane/interference.ts';
import type { Random } from '../../../src/simulator/random.ts';
import { type Deed, NOTHING_TO_MEND, type Stage } from './deed.ts';

const EXPORTER = IDENTITIES.exporter.name;
const isLog = ({ path }: SpoilableRequest): boolean => path.endsWith('/log');

/** Answers a share of our requests otherwise, as long as it lasts. Several at once: the one that came last is asked first. */
function answering(name: string, draw: (random: Random, request: SpoilableRequest) => Interference | undefined, share = 1): Deed {
  return {
    subject: 'kube-apiserver',
    name,
    share,
    play({ fleet, random }: Stage) {
      const { cluster } = fleet.simulator;
      const before = cluster.interfere;
      let on = true;
      cluster.interfere = (request) =>
        (on && request.user === EXPORTER && random.chance(0.7) ? draw(random, request) : undefined) ?? before(request);
      return () => {
        on = false;
      };
    },
  };
}

export const KUBE_APISERVER: readonly Deed[] = [
  answering('errors', (random) => ({ kind: 'refuse', reason: random.pick(['InternalError', 'ServiceUnavailable', 'Timeout']) })),
  answering('too many requests', (random) => ({ kind: 'busy', retryAfter: random.integer(0, 2) })),
  answering('gone', (_random, request) => (isLog(request) ? undefined : { kind: 'refuse', reason: 'Expired' })),
  answering('slow', (random) => ({ kind: 'late', milliseconds: random.integer(100, 2500) })),
  answering('silent', (random) => ({ kind: 'silent', milliseconds: random.integer(500, 3000) })),
  answering('cut off', (random) => ({ kind: 'cut', bytes: random.integer(0, 3000) }), 2),
  // What a program between us and the kube-apiserver would put into a log is no line of it, and nothing tells it from one.
  answering('truncated', (random, request) => (isLog(request) ? undefined : { kind: 'short', bytes: random.integer(0, 3000) })),
  answering('garbage', (_random, request) => (isLog(request) ? undefined : { kind: 'garbage' })),
  {
    subject: 'kube-apiserver',
    name: 'restart',
    async play({ fleet, random }) {
      await fleet.simulator.apiServer.restart(random.integer(50, 2000));
      return NOTHING_TO_MEND;
    },
  },
  {
    subject: 'kube-apiserver',
    name: 'all connections cut',
    play({ fleet }) {
      fleet.simulator.disconnectAll();
      return NOTHING_TO_MEND;
    },
  },
  {
    subject: 'kube-apiserver',
    name: 'history forgotten',
    play({ fleet, random }) {
      fleet.simulator.expireResourceVersions(random.pick(['status', 'event']));
      if (random.chance(0.5)) fleet.simulator.disconnectAll();
      return NOTHING_TO_MEND;
    },
  },
  {
    subject: 'kube-apiserver',
    name: 'rights taken away',
    play({ fleet, random }) {
      const { simulator } = fleet;
      const rules = simulator.rbac();
      const gone = random.integer(0, rules.length - 1);
      simulator.setRbac(rules.filter((_, index) => index !== gone));
      return () => simulator.setRbac(fleet.rules);
    },
  },
];
