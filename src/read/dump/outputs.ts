import type { Snapshot } from '../../domain/snapshot.ts';
import { readPaste } from '../text/read-text.ts';
import type { Discovered } from './discovery.ts';
import type { DumpFile } from './dump-file.ts';

/** What people call a file into which they wrote what a command printed; a log is one too where it is of no dump. */
const OUTPUT = /\.(?:txt|out|md)$|^[^.]+$/i;
const LOG = /\.log$/i;
const OBJECTS = /\.(?:json|ya?ml)$/i;
/** Of one file, of which the beginning is read, and of all of them. */
const LONGEST = 8 * 2 ** 20;
const MOST_BYTES = 48 * 2 ** 20;
/** `describe-pod-tide-gauge-0.txt`, `kubectl_get_pods.txt`, `oc get apiservices` */
const NAMED = /^(?:(?:kubectl|oc|k)[ _.-]+)?(get|describe|logs?|top|events)(?:[ _.-]+(.{1,253}))?$/i;
const NAME_OF_KIND = /^([a-z.]{2,63})[ _-]+([a-z0-9][a-z0-9.-]{0,252})$/i;
const MOST_BINARY = 0.02;

/**
 * A folder of what commands printed, as people collect it: `apiservices.txt`, `describe-pod-tide-gauge-0.txt`, `tide-gauge.log`. All of it is read
 * as one pasted text, each file behind the command that its name tells. Empty where there is no such file.
 */
export async function readOutputs(files: readonly DumpFile[], note: (text: string) => void): Promise<Snapshot[]> {
  return readAll(files.filter(isRead), note);
}

/**
 * What such files beside a dump say of its APIs, by name: the table or the description of APIServices, of which most dumps hold none. Only an API
 * whose condition they show counts; what else they hold is of pods and lines that the dump has itself.
 * @param at when the dump was taken, Unix milliseconds: what lies beside it was printed then.
 */
export async function toldBeside(
  files: readonly DumpFile[],
  at: number,
  note: (text: string) => void,
): Promise<ReadonlyMap<string, Discovered>> {
  const apis = (await readAll(files.filter(isOutput), note)).at(-1)?.apis ?? [];
  return new Map(
    apis.flatMap(({ name, group, condition, backend, textMatches }): [string, Discovered][] =>
      group !== '' && condition.state === 'observed'
        ? [[name, { condition, backend, textMatches: textMatches.map((match) => ({ ...match, lastAt: at })) }]]
        : [],
    ),
  );
}

async function readAll(files: readonly DumpFile[], note: (text: string) => void): Promise<Snapshot[]> {
  const texts: string[] = [];
  let left = MOST_BYTES;
  let leftOut = 0;
  for (const file of files) {
    const size = Math.min(LONGEST, await file.size());
    if (size > left) {
      leftOut++;
      continue;
    }
    const text = (await textOf(file)) ?? '';
    left -= text.length;
    if (text.trim() !== '') texts.push(`${commandOf(file)}\n${text.trimEnd()}\n`);
  }
  if (leftOut > 0) note(`${leftOut} files are left out: more than ${MOST_BYTES / 2 ** 20} MiB of text`);
  return texts.length === 0 ? [] : readPaste(texts.join('\n'));
}

/** Whether a file is what a command printed, and no object and no log of a dump. */
function isOutput({ segments }: DumpFile): boolean {
  const name = segments.at(-1) ?? '';
  return OUTPUT.test(name) && name !== 'logs.txt';
}

function isRead(file: DumpFile): boolean {
  const name = file.segments.at(-1) ?? '';
  return OUTPUT.test(name) || LOG.test(name) || OBJECTS.test(name);
}

/** Undefined where it is no text. */
async function textOf(file: DumpFile): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of file.chunks()) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= LONGEST) break;
  }
  const bytes = Buffer.concat(parts).subarray(0, LONGEST);
  const zeros = bytes.subarray(0, 65_536).reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  return zeros > MOST_BINARY * bytes.length ? undefined : bytes.toString('utf8');
}

/** As it could stand in a terminal. */
function commandOf({ segments }: DumpFile): string {
  const name = segments.at(-1) ?? '';
  const stem = name.replace(/\.[a-z]{2,4}$/i, '');
  const [, verb, rest = ''] = NAMED.exec(stem) ?? [];
  if (verb === undefined) return LOG.test(name) ? `$ kubectl logs ${stem}` : `$ kubectl # ${name}`;
  const [, kind = rest, named = ''] = NAME_OF_KIND.exec(rest) ?? [];
  if (/^log/i.test(verb)) return `$ kubectl logs ${rest.replace(/^pods?[ _-]/i, '')}`;
  return `$ kubectl ${verb.toLowerCase()} ${kind.toLowerCase()}${/^describe$/i.test(verb) ? ` ${named}` : ''}`.trimEnd();
}
