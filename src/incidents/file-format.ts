import type { Incident } from '../domain/incident.ts';
import { parseIncident } from './parse-incident.ts';
import { type Watched, watchedIn } from './watched-hours.ts';

/**
 * Lines of JSON. The first is the header, `{"incidents": <version>}`; then each is a PackedIncident in the place of what was said of it before, or
 * `{"seen": <Unix seconds>}`: until then those that were said to fail did; or `{"looked": …}`: in which hours somebody looked at which API. A line
 * counts once its end is there. Version 1 packed nothing.
 */
export const FILE_VERSION = 2;

/** Of the versions before: what makes one record of the next version of one. A new version adds its own here. */
export type Migrations = ReadonlyMap<number, (record: Readonly<Record<string, unknown>>) => unknown>;
/** What is not packed is a PackedIncident too. */
const MIGRATIONS: Migrations = new Map([[1, (record) => record]]);

export const headerLine = (): string => `${JSON.stringify({ incidents: FILE_VERSION })}\n`;
export const seenLine = (at: number): string => `${JSON.stringify({ seen: at })}\n`;

/** The file is of a version that this one does not know, or is none of ours. It is left as it is. */
export class ForeignFileError extends Error {
  override readonly name = 'ForeignFileError';
}

export interface ReadFile {
  /** The last that was said of each, in the order in which that was said. */
  readonly incidents: readonly Incident[];
  /** Each that was said: together they are the hours in which somebody looked. */
  readonly looked: readonly Watched[];
  /** Lines that are no record: torn, or damaged. */
  readonly unreadable: number;
  /** Bytes up to the end of the last whole line: what is behind them was torn. */
  readonly end: number;
  /** Of the format. */
  readonly version: number;
}

/** @throws ForeignFileError when the file has another header: one that was torn as it was made is empty. */
export function readFileText(content: Buffer, migrations: Migrations = MIGRATIONS): ReadFile {
  const end = content.lastIndexOf(LINE_END) + 1;
  const lines = [...linesOf(content.subarray(0, end))];
  const [header, ...records] = lines;
  if (header === undefined) {
    if (content.length > 0 && !headerLine().startsWith(content.toString())) throw new ForeignFileError('it is no file of incidents');
    return { incidents: [], looked: [], unreadable: 0, end: 0, version: FILE_VERSION };
  }
  const version = versionOf(header);
  const migrate = migrationFrom(version, migrations);
  const found = new Map<string, Incident>();
  let seen = Number.NEGATIVE_INFINITY;
  const looked: Watched[] = [];
  let unreadable = 0;
  for (const line of records) {
    if (line === '') continue;
    const said = saidIn(line, migrate);
    if (said === undefined) unreadable++;
    else if ('seen' in said) seen = Math.max(seen, said.seen);
    else if ('hours' in said) looked.push(said.hours);
    else {
      found.delete(said.incident.id);
      found.set(said.incident.id, said.incident);
    }
  }
  const incidents = [...found.values()].map((incident) =>
    incident.state === 'failing' ? { ...incident, lastFailing: Math.max(incident.lastFailing, seen) } : incident,
  );
  return { incidents, looked, unreadable, end, version };
}

type Said = { readonly seen: number } | { readonly hours: Watched } | { readonly incident: Incident };
type Migrate = (record: Readonly<Record<string, unknown>>) => unknown;

/** Undefined: the line is no record. */
function saidIn(line: string, migrate: Migrate): Said | undefined {
  const record = jsonOf(line);
  if (!record) return undefined;
  if ('seen' in record) return typeof record.seen === 'number' ? { seen: record.seen } : undefined;
  if ('looked' in record) {
    const hours = watchedIn(record.looked);
    return hours && { hours };
  }
  const incident = parseIncident(migrate(record));
  return incident && { incident };
}

const LINE_END = 0x0a;

function* linesOf(content: Buffer): Generator<string> {
  for (let from = 0; from < content.length; ) {
    const to = content.indexOf(LINE_END, from);
    yield content.toString('utf8', from, to);
    from = to + 1;
  }
}

function jsonOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function versionOf(header: string): number {
  const version = jsonOf(header)?.incidents;
  if (typeof version !== 'number') throw new ForeignFileError('it is no file of incidents');
  return version;
}

function migrationFrom(version: number, migrations: Migrations): Migrate {
  const steps: ((record: Readonly<Record<string, unknown>>) => unknown)[] = [];
  for (let at = version; at !== FILE_VERSION; at++) {
    const step = migrations.get(at);
    if (!step)
      throw new ForeignFileError(
        `it has version ${version} of the format; this exporter reads ${[...migrations.keys(), FILE_VERSION].join(', ')}`,
      );
    steps.push(step);
  }
  return (record) => steps.reduce<unknown>((value, step) => step(value as Readonly<Record<string, unknown>>), record);
}
