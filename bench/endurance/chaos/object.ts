import { apiName, planOf } from '../fleet.ts';
import { type Deed, NOTHING_TO_MEND } from './deed.ts';

let made = 0;

/** APIs that come and go, objects that change, and lines that are written, while everything else goes wrong. */
export const OBJECT: readonly Deed[] = [
  {
    subject: 'object',
    name: 'API made and removed',
    async play({ fleet }) {
      const name = `lighter-${made++}`;
      await fleet.simulator.addApi(planOf(name));
      return () => fleet.simulator.removeApi(apiName(name));
    },
  },
  {
    subject: 'object',
    name: 'API removed and made anew',
    async play({ fleet, random, touched }) {
      const { simulator } = fleet;
      const free = fleet.residents.filter((api) => !simulator.injected().some((one) => one.api === api) && !touched.has(api));
      if (free.length === 0) return undefined;
      const api = random.pick(free);
      touched.add(api);
      const { plan } = simulator.cluster.api(api);
      await simulator.removeApi(api);
      await simulator.addApi(plan);
      return NOTHING_TO_MEND;
    },
  },
  {
    subject: 'object',
    name: 'APIService edited',
    play({ fleet, random }) {
      fleet.simulator.cluster.api(random.pick(fleet.residents)).editApiService((copy) => {
        copy.metadata.labels = { ...copy.metadata.labels, tide: random.suffix(6) };
      });
      return NOTHING_TO_MEND;
    },
  },
  {
    subject: 'object',
    name: 'lines written',
    share: 3,
    play({ fleet, random }) {
      for (const api of fleet.residents)
        for (const pod of fleet.simulator.podsOf(api))
          pod.write(
            ...Array.from(
              { length: random.integer(1, 60) },
              (_, line) => `I0101 00:00:00.000000       1 tide.go:${line}] ${random.suffix(12)}`,
            ),
          );
      return NOTHING_TO_MEND;
    },
  },
];
