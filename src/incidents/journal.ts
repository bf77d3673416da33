import type { Incident } from '../domain/incident.ts';
import type { MemoryBook } from './book.ts';
import type { AppendFile } from './file.ts';
import { seenLine } from './file-format.ts';
import { pack } from './packed.ts';
import type { WatchedHours } from './watched-hours.ts';

/** What nothing turns on (one more failed probe) waits for a tenth of what the incident has lasted, within these bounds. Seconds. */
const LEAST_WAIT = 60;
const LONGEST_WAIT = 3600;
const SHARE = 10;
/** How often it is written that what failed still does, seconds: a crash loses no more of what was seen. */
const SEEN_EVERY = 60;
/** What was refused is tried again after so long, seconds. */
const RETRY = 30;

export interface JournalOptions {
  readonly book: MemoryBook;
  readonly file: AppendFile;
  readonly watched: WatchedHours;
  /** Bytes above which the file is written anew from the book. */
  readonly maxFileBytes: number;
  /** Told when writing begins to fail, with the error, and when it works again, without. */
  readonly onTrouble: (error: Error | undefined) => void;
}

/** Decides what of the book is written when, and writes it, one batch after the other. What the disk refuses is tried again, in its newest form. */
export class Journal {
  readonly #options: JournalOptions;
  /** What was last written of each open incident. */
  readonly #written = new Map<string, { readonly at: number; readonly shape: string }>();
  readonly #due = new Set<string>();
  #seen = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;
  #trouble = false;
  #retryAt = Number.NEGATIVE_INFINITY;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** @param touched what a tick changed, already in the book. @param now Unix seconds. */
  take(touched: readonly Incident[], now: number): void {
    for (const incident of touched) if (this.#isDue(incident, now)) this.#due.add(incident.id);
    const someFail = touched.some(({ state }) => state === 'failing');
    const seen = someFail && Math.abs(now - this.#seen) >= SEEN_EVERY;
    if (this.#writing || (this.#due.size === 0 && !seen && !this.#options.watched.unwritten())) return;
    if (this.#trouble && Math.abs(now - this.#retryAt) < RETRY) return;
    this.#start(now, someFail);
  }

  /** Writes the whole book in the place of what the file has; what the disk refuses is tried again with what is due next. */
  async rewrite(): Promise<void> {
    const { file, book } = this.#options;
    try {
      await file.compact(this.#records());
      this.#say(undefined);
    } catch (error) {
      for (const { id } of book.list()) this.#due.add(id);
      this.#say(error as Error);
    }
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  /** Resolves when all that is due was tried to be written, what nothing turned on yet too. */
  async finish(now: number): Promise<void> {
    await this.idle();
    for (const { id, ended } of this.#options.book.list()) if (ended === undefined) this.#due.add(id);
    if (this.#due.size === 0 && !this.#options.watched.unwritten()) return;
    this.#start(now, false);
    await this.#writing;
  }

  #isDue(incident: Incident, now: number): boolean {
    const before = this.#written.get(incident.id);
    if (!before || before.shape !== shapeOf(incident)) return true;
    const wait = Math.min(LONGEST_WAIT, Math.max(LEAST_WAIT, (now - incident.began) / SHARE));
    return Math.abs(now - before.at) >= wait;
  }

  #start(now: number, seen: boolean): void {
    this.#writing = this.#write(now, seen).finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(now: number, seen: boolean): Promise<void> {
    const batch = [...this.#due];
    // What changes meanwhile is due again.
    this.#due.clear();
    try {
      const incidents = batch.flatMap((id) => this.#options.book.get(id) ?? []);
      const lines = incidents.map((incident) => `${JSON.stringify(pack(incident))}\n`);
      const looked = this.#options.watched.unwritten();
      await this.#save([...lines, ...(looked ? [`${looked.line}\n`] : []), ...(seen ? [seenLine(now)] : [])].join(''));
      looked?.written();
      for (const incident of incidents) {
        if (incident.ended === undefined) this.#written.set(incident.id, { at: now, shape: shapeOf(incident) });
        else this.#written.delete(incident.id);
      }
      if (seen) this.#seen = now;
      this.#say(undefined);
    } catch (error) {
      for (const id of batch) this.#due.add(id);
      this.#retryAt = now;
      this.#say(error as Error);
    }
  }

  #records(): (Buffer | string)[] {
    const { book, watched } = this.#options;
    const looked = watched.line();
    return [...(looked === undefined ? [] : [looked]), ...book.texts()];
  }

  async #save(lines: string): Promise<void> {
    const { file, maxFileBytes } = this.#options;
    if (file.isOutdated || file.size + Buffer.byteLength(lines) > maxFileBytes) await file.compact(this.#records());
    await file.append(lines);
  }

  #say(error: Error | undefined): void {
    if (this.#trouble !== (error !== undefined)) this.#options.onTrouble(error);
    this.#trouble = error !== undefined;
  }
}

/** What a reader would miss if it were not written at once. */
function shapeOf({ state, ended, cause, causes, evidence, before, returned, hurt, shared }: Incident): string {
  return JSON.stringify([state, ended, cause, causes.length, evidence.length, before.length, returned, hurt.length, shared?.apiservices]);
}
