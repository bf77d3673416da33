import type { OpenWatch } from '../../../src/simulator/control-plane/list-watch.ts';
import type { Random } from '../../../src/simulator/random.ts';
import { type Deed, NOTHING_TO_MEND } from './deed.ts';

/** Does something to each second watch that is open, on average. */
function toWatches(name: string, spoil: (watch: OpenWatch, random: Random) => void): Deed {
  return {
    subject: 'watch',
    name,
    play({ fleet, random }) {
      for (const watch of [...fleet.simulator.cluster.watchBehaviour.open]) if (random.chance(0.5)) spoil(watch, random);
      return NOTHING_TO_MEND;
    },
  };
}

export const WATCH: readonly Deed[] = [
  toWatches('ended', (watch) => watch.close('end')),
  toWatches('cut in the middle of a line', (watch) => watch.close('cut')),
  toWatches('events twice', (watch, random) => watch.repeat(random.integer(1, 8), 'oldest-first')),
  toWatches('old events again, backwards', (watch, random) => watch.repeat(random.integer(1, 8), 'newest-first')),
  toWatches('held back, then newest first', (watch, random) => watch.hold(random.integer(200, 2000))),
  {
    subject: 'watch',
    name: 'no bookmarks',
    play({ fleet }) {
      const { watchBehaviour } = fleet.simulator.cluster;
      watchBehaviour.bookmarks = false;
      return () => {
        watchBehaviour.bookmarks = true;
      };
    },
  },
  {
    subject: 'watch',
    name: 'lines in two pieces',
    play({ fleet }) {
      const { watchBehaviour } = fleet.simulator.cluster;
      watchBehaviour.splitChunks = true;
      return () => {
        watchBehaviour.splitChunks = false;
      };
    },
  },
];
