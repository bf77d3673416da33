import { PolicyReader } from '../src/read/text/policies.ts';
import { readText } from '../src/read/text/read-text.ts';
import { mutation } from '../test/read/text/mutations.ts';

/**
 * `npm run fuzz -- [COUNT] [FIRST SEED]`: reads so many mutations of realistic texts and prints each that throws, that is read otherwise the
 * second time, or whose reading takes longer than its length allows. Exit code 1 when there is one.
 */
const MOST_PRINTED = 20;
/** CPU that a text may take before its growth is looked at: what a reading costs anyhow, and a piece for each character. */
const FREE_MS = 25;
const MS_PER_CHARACTER = 0.01;
/** A text of four copies may take so many times as long: linear is 4, and the clock of a busy machine adds its own. */
const COPIES = 4;
const MOST_GROWTH = 10;

const [count = 100_000, first = 1] = process.argv.slice(2).map(Number);
const started = performance.now();
let characters = 0;
let faults = 0;
let slowest = { ms: 0, seed: 0 };

for (let seed = first; seed < first + count; seed++) {
  const text = mutation(seed);
  characters += text.length;
  const fault = faultOf(text, seed);
  if (fault !== undefined && ++faults <= MOST_PRINTED) console.log(`seed ${seed}: ${fault}`);
  if ((seed - first + 1) % 50_000 === 0) report(seed - first + 1);
}
report(count);
process.exitCode = faults === 0 ? 0 : 1;

function report(done: number): void {
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${done} mutations, ${(characters / 2 ** 20).toFixed(0)} MiB, ${faults} faults, ${seconds.toFixed(0)} s; the slowest ${slowest.ms.toFixed(0)} ms (seed ${slowest.seed})`,
  );
}

function faultOf(text: string, seed: number): string | undefined {
  try {
    const cpu = process.cpuUsage();
    const once = JSON.stringify(readText(text, new PolicyReader()));
    const ms = sinceMs(cpu);
    if (ms > slowest.ms) slowest = { ms, seed };
    if (JSON.stringify(readText(text, new PolicyReader())) !== once) return 'read otherwise the second time';
    return ms > FREE_MS + text.length * MS_PER_CHARACTER ? growth(text) : undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** Time against length, each the least of some runs: undefined when it grows no faster than linear. */
function growth(text: string): string | undefined {
  const one = leastMs(text);
  const many = leastMs(`${text}\n`.repeat(COPIES));
  return many > FREE_MS && many > one * MOST_GROWTH ? `${one.toFixed(1)} ms, ${COPIES} copies of it ${many.toFixed(1)} ms` : undefined;
}

function leastMs(text: string): number {
  return Math.min(
    ...Array.from({ length: 5 }, () => {
      const cpu = process.cpuUsage();
      readText(text, new PolicyReader());
      return sinceMs(cpu);
    }),
  );
}

function sinceMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
