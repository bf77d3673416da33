import { createWriteStream } from 'node:fs';
import { type Readable, Readable as ReadableStream, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Command } from 'commander';
import type { Snapshot } from '../domain/snapshot.ts';
import { InputError } from '../read/dump/input-error.ts';
import type { ObserveCluster } from './diagnose.ts';
import { type ClusterFlags, forOption, withClusterFlags } from './flags.ts';

interface RecordFlags extends ClusterFlags {
  readonly for: number;
  readonly output: string;
}

/** Writes what is observed as JSON lines, one Snapshot each, which `diagnose --from` replays. */
export function registerRecord(program: Command, { observeCluster }: { observeCluster: ObserveCluster }): void {
  withClusterFlags(program.command('record'))
    .description('write what is observed of a live cluster as JSON lines, for `diagnose --from`')
    .addOption(forOption('how long; Ctrl-C ends it too', '10m'))
    .option('-o, --output <path>', 'file (with .gz compressed), or - for standard output', '-')
    .action(async (flags: RecordFlags) => {
      const stop = new AbortController();
      const end = () => stop.abort();
      process.once('SIGINT', end).once('SIGTERM', end);
      let count = 0;
      const lines = async function* () {
        for await (const snapshot of observeCluster({ ...flags, forMs: flags.for, signal: stop.signal })) {
          count++;
          yield line(snapshot);
        }
      };
      await write(ReadableStream.from(lines()), flags.output);
      process.stderr.write(`aggregated-api-exporter: ${count} snapshots recorded\n`);
      if (count === 0) process.exitCode = 2;
    });
}

function line(snapshot: Snapshot): string {
  return `${JSON.stringify(snapshot)}\n`;
}

async function write(lines: Readable, output: string): Promise<void> {
  const target: Writable = output === '-' ? process.stdout : createWriteStream(output, { mode: 0o600 });
  try {
    if (output.endsWith('.gz')) await pipeline(lines, createGzip(), target);
    else await pipeline(lines, target, { end: output !== '-' });
  } catch (error) {
    // `record | head`: who reads has enough.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
    throw new InputError(`--output ${output}: ${(error as Error).message}`);
  }
}
