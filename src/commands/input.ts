import { fstatSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Snapshot } from '../domain/snapshot.ts';
import { isEndless, kindOf } from '../files/bounded-file.ts';
import { InputError } from '../read/dump/input-error.ts';
import { looksLikeClusterInfo, looksLikeTar, looksLikeZip, looksRecorded, type OpenedInput, openInput } from '../read/dump/open-input.ts';

/** What is told to the user beside the answer. */
type Note = (text: string) => void;

/** Each form is read by modules of its own, which are loaded when it is met: who pastes two kilobytes waits for no reader of dumps. */
const READERS = {
  folder: async (path: string, note: Note) => (await import('../read/dump/dump.ts')).readDump(path, note),
  recording: async ({ chunks }: OpenedInput, name: string) => (await import('../read/dump/recorded.ts')).readRecorded(chunks, name),
  archive: async ({ chunks }: OpenedInput, name: string, note: Note) => {
    const [{ filesOfTar }, { readDumpFiles }] = await Promise.all([import('../read/dump/tar.ts'), import('../read/dump/dump.ts')]);
    return readDumpFiles(name, await filesOfTar(chunks, note), note);
  },
  zip: async ({ chunks }: OpenedInput, name: string, note: Note) => {
    const [{ filesOfZip }, { readDumpFiles }] = await Promise.all([import('../read/dump/zip.ts'), import('../read/dump/dump.ts')]);
    return readDumpFiles(name, await filesOfZip(chunks, note), note);
  },
  stream: async ({ chunks }: OpenedInput, name: string, note: Note) => {
    const [{ filesOfClusterInfo }, { readDumpFiles }] = await Promise.all([
      import('../read/dump/cluster-info.ts'),
      import('../read/dump/dump.ts'),
    ]);
    const files = await filesOfClusterInfo(chunks, note);
    const [only, more] = files;
    // The nodes alone are no dump.
    return only && !more ? READERS.pasted(await only.text()) : readDumpFiles(name, files, note);
  },
  text: async ({ chunks }: OpenedInput, note: Note) => {
    const { readBoundedText } = await import('../read/dump/bounded-text.ts');
    const { text, omitted } = await readBoundedText(chunks);
    if (omitted > 0) note(`the text is long: ${Math.ceil(omitted / 2 ** 20)} MiB in its middle were left out`);
    if (!text.trim()) throw new InputError('the input is empty: paste conditions, events, log lines or client errors');
    return READERS.pasted(text);
  },
  pasted: async (text: string) => (await import('../read/text/read-text.ts')).readPaste(text),
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
  yield* await readerOf(input, name, note);
}

/** By its first bytes. */
function readerOf(input: OpenedInput, name: string, note: Note): Promise<Iterable<Snapshot> | AsyncIterable<Snapshot>> {
  const { head } = input;
  const text = head.subarray(0, 4096).toString('utf8');
  if (looksRecorded(text)) return READERS.recording(input, name);
  if (looksLikeTar(head)) return READERS.archive(input, name, note);
  if (looksLikeZip(head)) return READERS.zip(input, name, note);
  return looksLikeClusterInfo(text) ? READERS.stream(input, name, note) : READERS.text(input, note);
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
