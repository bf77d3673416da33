import { setFlagsFromString } from 'node:v8';
import { keepYoungGenerationSmall } from '../kube/young-generation.ts';

/**
 * For a process that runs for months and does little: V8 compiles lazily, throws old bytecode away, and gives heap back early. Measured at
 * rest (bench/startup.ts): some MiB less, no more CPU that could be seen. Call it before the first work; it concerns the whole process.
 */
export function keepMemorySmall(): void {
  keepYoungGenerationSmall();
  setFlagsFromString('--optimize-for-size');
}

/**
 * For one that does almost nothing, on every node: what it runs is never compiled to machine code. Measured (bench/node-agent.ts): a quarter of
 * its own memory less, for CPU that is not worth a word there. Call it as the one above.
 */
export function keepMemorySmallest(): void {
  keepMemorySmall();
  for (const flag of ['--no-opt', '--no-sparkplug']) setFlagsFromString(flag);
}
