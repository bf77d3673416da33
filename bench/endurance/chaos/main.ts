import { parseArgs } from 'node:util';
import { playChaos } from './chaos.ts';

/** `npm run chaos -- [--seed N] [--faults 1000]`: exit code 1 when something is wrong after a round; the seed and the step are printed. */
const { values } = parseArgs({
  options: { seed: { type: 'string', default: String(Date.now() % 100_000) }, faults: { type: 'string', default: '1000' } },
});
const seed = Number(values.seed);
console.log(`chaos: seed ${seed}, ${values.faults} faults`);
const { played, wrong, rounds, linesCompared, slowestEndMs, held } = await playChaos({
  seed,
  faults: Number(values.faults),
  say: (line) => console.log(line),
});
for (const [name, count] of [...played].sort()) console.log(`  ${name}: ${count}`);
const total = [...played.values()].reduce((sum, count) => sum + count, 0);
const rss = held.map(({ rss: mib }) => mib);
console.log(
  `${total} faults of ${played.size} kinds in ${rounds} rounds, seed ${seed}: ${wrong.length} wrong; lines of ${linesCompared} APIs compared; slowest end after SIGTERM ${slowestEndMs.toFixed(0)} ms; RSS ${Math.min(...rss).toFixed(0)} to ${Math.max(...rss).toFixed(0)} MiB`,
);
// All is closed. Node's own way out may spin for ever (src/main.ts).
process.exit(wrong.length === 0 ? 0 : 1);
