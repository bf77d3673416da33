import { startIncidentKeeper } from '../../src/commands/incident-keeper.ts';
import { defaultConfig } from '../../src/config.ts';
import { Played } from '../incidents/ticks.ts';

// Writes one incident after the other into the file that it is given, and says `written` after each that the file has, `refused` after one that it has not.
const [, , file = ''] = process.argv;
let trouble = false;
const print = (text: string) => process.stdout.write(`${text}\n`);
const keeper = await startIncidentKeeper(
  { ...defaultConfig().incidents, file },
  {
    log: {
      debug() {},
      info() {},
      error: (_, words) => void print(words),
      warn(_, words) {
        trouble = true;
        print(words);
      },
    },
  },
);
const played = new Played({
  resume: () => [],
  observe(...tick) {
    keeper.observe(...tick);
    return { touched: [], settled: [] };
  },
});
for (;;) {
  played.play(['a', { after: 100 }], '~a', 'well', ['well', { after: 100 }]);
  await keeper.stop();
  print(trouble ? 'refused' : 'written');
}
