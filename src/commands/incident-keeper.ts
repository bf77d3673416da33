import type { Config } from '../config.ts';
import type { Diagnostician } from '../diagnose/diagnostician.ts';
import type { Incident, IncidentBook } from '../domain/incident.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { JudgedRound } from '../incidents/api-tick.ts';
import { MemoryBook } from '../incidents/book.ts';
import { AppendFile } from '../incidents/file.ts';
import { Journal } from '../incidents/journal.ts';
import { type IncidentMarks, markTick, NO_MARKS } from '../incidents/marks.ts';
import { memoriesOf } from '../incidents/memories.ts';
import { createRecorder, type IncidentRecorder, type RecordedTick } from '../incidents/recorder.ts';
import { countTick, type IncidentCounts, NO_COUNTS } from '../incidents/totals.ts';
import { WatchedHours } from '../incidents/watched-hours.ts';
import type { Logger } from '../source/logger.ts';
import type { Keeping } from './state-keeper.ts';

/** The rest of the file is what was said before of the same incidents: the more of it, the seldomer it is written anew. */
const SHARE_OF_FILE = 0.75;

export interface PublishedIncidents {
  /** Since the start. */
  readonly incidents: IncidentCounts;
  readonly incidentMarks: IncidentMarks;
}

export interface IncidentKeeper {
  readonly book: IncidentBook;
  /** Records a tick. Never throws, and never waits for the disk. */
  observe(snapshot: Snapshot, round: JudgedRound): PublishedIncidents;
  /** Resolves when the file is not being written. */
  idle(): Promise<void>;
  /** Writes what is not written yet. */
  stop(): Promise<void>;
}

/**
 * Records incidents, and keeps them in the file where there is one; goes on with those that it has.
 * @param recall told what they say of weeks, whenever a file was read.
 */
export async function startIncidentKeeper(
  config: Config['incidents'],
  { log, mayWrite }: Keeping,
  recall: Diagnostician['recall'] = () => {},
): Promise<IncidentKeeper> {
  const keepSeconds = config.keep / 1000;
  const book = new MemoryBook({ maxBytes: SHARE_OF_FILE * config.max_size, keepSeconds });
  const watched = new WatchedHours(keepSeconds);
  const recorder = createRecorder((id) => book.has(id));
  const kept = { book, watched, recorder, recall, log, maxBytes: config.max_size };
  const writer = await startWriter(config.file, kept, mayWrite);
  let last = 0;
  let published: PublishedIncidents = { incidents: NO_COUNTS, incidentMarks: NO_MARKS };
  return {
    book,
    observe(snapshot, round) {
      try {
        const recorded = recorder.observe(snapshot, round);
        last = snapshot.time / 1000;
        for (const incident of recorded.touched) book.put(incident);
        book.expire(last);
        watched.look(observedIn(round), last);
        writer.take(recorded.touched, last);
        published = publishedOf(published, recorded, snapshot, book);
      } catch (error) {
        log.error({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'incidents could not be recorded');
      }
      return published;
    },
    idle: () => writer.idle(),
    stop: () => writer.finish(last),
  };
}

function publishedOf(before: PublishedIncidents, recorded: RecordedTick, { apis, time }: Snapshot, book: MemoryBook): PublishedIncidents {
  const names = new Set(apis.map(({ name }) => name));
  const { touched } = recorded;
  return {
    incidents: countTick(before.incidents, recorded, names),
    incidentMarks: markTick(before.incidentMarks, { touched, now: time / 1000, apis: names, isKept: (id) => book.has(id) }),
  };
}

function observedIn({ diagnoses }: JudgedRound): string[] {
  return diagnoses.answers.flatMap(({ apiservice, answer }) => (answer === 'nothing-to-judge' ? [] : [apiservice]));
}

type Writer = Pick<Journal, 'take' | 'idle' | 'finish'>;

const NOBODY: Writer = { take: () => {}, idle: () => Promise.resolve(), finish: () => Promise.resolve() };

/** Of a file that is always ours, or of one that is ours from time to time. */
async function startWriter(path: string | undefined, kept: Resumed, mayWrite: (() => boolean) | undefined): Promise<Writer> {
  if (path === undefined) return NOBODY;
  const first = await resume(path, kept);
  return mayWrite ? new TimesharedWriter(path, kept, mayWrite) : (first ?? NOBODY);
}

/** What others have written meanwhile is read before anything is written, and what was recorded meanwhile is written then. */
class TimesharedWriter implements Writer {
  readonly #path: string;
  readonly #kept: Resumed;
  readonly #mayWrite: () => boolean;
  #journal: Writer | undefined;
  #opening: Promise<void> | undefined;

  constructor(path: string, kept: Resumed, mayWrite: () => boolean) {
    this.#path = path;
    this.#kept = kept;
    this.#mayWrite = mayWrite;
  }

  take(touched: readonly Incident[], now: number): void {
    if (!this.#mayWrite()) {
      this.#journal = undefined;
      return;
    }
    this.#journal?.take(touched, now);
    if (this.#journal || this.#opening) return;
    this.#opening = takeOver(this.#path, this.#kept).then((journal) => {
      this.#journal = journal ?? NOBODY;
      this.#opening = undefined;
    });
  }

  async idle(): Promise<void> {
    await this.#opening;
    await this.#journal?.idle();
  }

  async finish(now: number): Promise<void> {
    await this.#opening;
    if (this.#mayWrite()) await this.#journal?.finish(now);
  }
}

/** A failure that both have recorded is ours: what another one saw of it, we saw too. */
async function takeOver(path: string, kept: Resumed): Promise<Journal | undefined> {
  const { book } = kept;
  const own = book.list();
  const isOurs = (other: Incident) => own.some((one) => one.apiservice === other.apiservice && overlap(one, other));
  const journal = await resume(path, kept, (other) => !book.has(other.id) && !isOurs(other));
  await journal?.rewrite();
  return journal;
}

function overlap(a: Incident, b: Incident): boolean {
  return a.began <= (b.ended ?? Number.POSITIVE_INFINITY) && b.began <= (a.ended ?? Number.POSITIVE_INFINITY);
}

interface Resumed {
  readonly book: MemoryBook;
  readonly watched: WatchedHours;
  readonly recorder: IncidentRecorder;
  readonly recall: Diagnostician['recall'];
  readonly log: Logger;
  readonly maxBytes: number;
}

/**
 * Undefined where the file cannot be used: it is left alone, and the incidents are kept in memory.
 * @param isNew which of those that it has we do not know.
 */
async function resume(
  path: string,
  { book, watched, recorder, recall, log, maxBytes }: Resumed,
  isNew: (incident: Incident) => boolean = () => true,
): Promise<Journal | undefined> {
  try {
    const { file, read, torn } = await AppendFile.open(path);
    const incidents = read.incidents.filter(isNew);
    for (const incident of incidents) book.put(incident);
    for (const incident of recorder.resume(incidents.filter(mayGoOn(Date.now() / 1000)))) book.put(incident);
    for (const hours of read.looked) watched.put(hours);
    recall(memoriesOf(book.list(), watched));
    if (torn > 0 || read.unreadable > 0)
      log.warn({ file: path, lines: read.unreadable, tornBytes: torn }, 'some of the file of incidents can not be read: the rest is kept');
    if (incidents.length > 0) log.info({ file: path, incidents: incidents.length }, 'went on with the incidents of an earlier run');
    const onTrouble = (error: Error | undefined) => {
      if (error)
        log.warn({ file: path, error: error.message }, 'the incidents can not be written: they are kept in memory, and tried again');
      else log.info({ file: path }, 'the incidents are written again');
    };
    return new Journal({ book, file, watched, maxFileBytes: maxBytes, onTrouble });
  } catch (error) {
    log.error(
      { file: path, error: (error as Error).message },
      'the file of incidents can not be used: it is left alone, and they are kept in memory only',
    );
    return undefined;
  }
}

const mayGoOn =
  (now: number) =>
  ({ ended, uncounted, goesOnUntil = 0 }: Incident): boolean =>
    ended === undefined || uncounted === true || goesOnUntil > now;
