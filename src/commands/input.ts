import { fstatSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Snapshot } from '../domain/snapshot.ts';
import { isEndless, kindOf } from '../files/bounded-file.ts';
import { InputError } from '../read/dump/input-error.ts';
import { looksRecorded, type OpenedInput, openInput } from '../read/dump/open-input.ts';

/** What is told to the user beside the answer. */
type Note = (text: string) => void;

/** Each form is read by modules of its own, which are loaded when it is met: who pastes two kilobytes waits for no reader of dumps. */
const READERS = {
  folder: async (path: string, note: Note) => (await import('../read/dump/dump.ts')).readDump(path, note),
  recording: async ({ chunks }: OpenedInput, name: string) => (await import('../read/dump/recorded.ts')).readRecorded(chunks, name),
  text: async ({ chunks }: OpenedInput, note: Note) => {
    const [{ readBoundedText }, { readText }] = await Promise.all([
      import('../read/dump/bounded-text.ts'),
      import('../read/text/read-text.ts'),
    ]);
    const { text, omitted } = await readBoundedText(chunks);
    if (omitted > 0) note(`the text is long: ${Math.ceil(omitted / 2 ** 20)} MiB in its middle were left out`);
    if (!text.trim()) throw new InputError('the input is empty: paste conditions, events, log lines or client errors');
    return readText(text);
  },
};

/** Snapshots out of whatever `--from` names. @throws InputError when it is nothing that we read. */
export async function* snapshotsFrom(from: string, note: Note): AsyncGenerator<Snapshot> {
  const isStandardInput = from === '-';
  const facts = isStandardInput ? fstatSync(0) : await factsOf(from);
  const name = isStandardInput ? 'standard input' : from;
  if (!isStandardInput && facts.isDirectory()) {
    yield* await READERS.folder(from, note);
    return;
  }
  refuseEndless(facts, name, isStandardInput ? 0 : undefined);
  const input = await openInput(isStandardInput ? process.stdin : from);
  if (looksRecorded(input.head.subarray(0, 4096).toString('utf8'))) yield* await READERS.recording(input, name);
  else yield* await READERS.text(input, note);
}

function factsOf(path: string): Promise<Stats> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`--from ${path}: ${error.code === 'ENOENT' ? 'there is no such file or folder' : error.message}`);
  });
}

function refuseEndless(facts: Stats, what: string, descriptor?: number): void {
  if (isEndless(facts, descriptor))
    throw new InputError(`--from ${what} is ${kindOf(facts)}, which has no end; a file, a folder, a pipe or - is allowed`);
}
