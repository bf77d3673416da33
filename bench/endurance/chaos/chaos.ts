import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { required } from '../../../src/domain/required.ts';
import { readFileText } from '../../../src/incidents/file-format.ts';
import { createRandom, type Random } from '../../../src/simulator/random.ts';
import type { Held, WatchedExporter } from '../exporter-inside.ts';
import { type Fleet, startFleet } from '../fleet.ts';
import { BACKEND } from './backend.ts';
import { incidentsOf, lookAt, ownFaults, tooMuch, verdictsLeft } from './calm.ts';
import type { Deed, Mend, Stage, Subject } from './deed.ts';
import { SUBJECTS } from './deed.ts';
import { KUBE_APISERVER } from './kube-apiserver.ts';
import { countedOf, linesSince, type Printed, printedBy, unfollowed } from './lines.ts';
import { OBJECT } from './object.ts';
import { CLOCK, DISK, SIGNAL } from './process.ts';
import type { Series } from './series.ts';
import { unwell } from './truth.ts';
import { WATCH } from './watch.ts';

const DEEDS: readonly Deed[] = [...KUBE_APISERVER, ...WATCH, ...BACKEND, ...OBJECT, ...DISK, ...CLOCK, ...SIGNAL];
/** How often each subject is drawn. */
const SHARES: Readonly<Record<Subject, number>> = { 'kube-apiserver': 6, watch: 6, backend: 5, object: 4, disk: 2, clock: 1, signal: 2 };
const DRAWN = SUBJECTS.flatMap((subject) => Array.from({ length: SHARES[subject] }, () => subject));

export interface ChaosOptions {
  readonly seed: number;
  /** Faults in all. */
  readonly faults: number;
  /** Faults between two looks at what is left of them. */
  readonly perRound?: number;
  /** No further round begins after so long, milliseconds; default: never. */
  readonly withinMs?: number;
  readonly say: (line: string) => void;
}

export interface Chaos {
  readonly played: ReadonlyMap<string, number>;
  /** What was wrong after a round, with its step. Empty: nothing. */
  readonly wrong: readonly string[];
  readonly rounds: number;
  /** APIs of rounds whose lines were counted and compared. */
  readonly linesCompared: number;
  /** The longest time from SIGTERM to the end, milliseconds; 0 = none was told to end. */
  readonly slowestEndMs: number;
  readonly held: readonly Held[];
}

/**
 * Plays so many faults, drawn by the seed, in rounds: each begins while others last, and all are mended at its end. Then the exporter must say of the cluster
 * what is true of it. The draw is the seed's; when each fault meets which request is the machine's.
 */
export async function playChaos({ seed, faults, perRound = 25, withinMs = Number.POSITIVE_INFINITY, say }: ChaosOptions): Promise<Chaos> {
  const fleet = await startFleet({
    ...{ apis: 6, seed, compression: 5 },
    settings: { probe: ', interval: 1s', diagnosis: ', interval: 1s', resources: ', interval: 5s', apiserver_metrics: ', interval: 5s' },
  });
  const play = new Play(fleet, await fleet.start(), { seed, say });
  const wrong: string[] = [];
  const note = (found: readonly string[]) => {
    for (const one of found) {
      wrong.push(`seed ${seed}, step ${play.faults}: ${one}`);
      say(`  wrong, ${wrong.at(-1)}`);
    }
  };
  try {
    await play.settle();
    const began = performance.now();
    while (play.faults < faults && wrong.length === 0) {
      const started = performance.now();
      if (started - began > withinMs) break;
      note(await play.round(Math.min(perRound, faults - play.faults)));
      const { rss, files, resources } = required(play.held.at(-1), 'a look');
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      say(`${play.faults} faults; ${seconds} s; ${rss.toFixed(0)} MiB, ${files} files, ${resources['Timeout']} timers`);
    }
  } finally {
    note(await play.end());
    if (wrong.length > 0) for (const line of play.complaints()) say(`  its log: ${line}`);
    await fleet.stop();
  }
  return {
    played: play.played,
    wrong,
    rounds: play.held.length - 1,
    linesCompared: play.linesCompared,
    slowestEndMs: play.slowestEndMs,
    held: play.held,
  };
}

const LONGEST_MS = 2500;
const LONGEST_PAUSE_MS = 300;
const PAUSE_MS = 200;
const COMPLAINTS = 20;
/** Counted in pauses: on a busy machine they are as much longer as everything else is slower. */
const WELL_WITHIN_MS = 90_000;
/** What is read rarely, and failed, is read again after half a minute. */
const SEEN_WITHIN_MS = 60_000;
/** Longer than what failed is remembered, and than an incident waits for its end. */
const LATER_MS = 120_000;
const LATER_TRIES = 4;
const FORGOTTEN_WITHIN_MS = 6000;
/** What a stream has sent is counted within this. */
const SETTLED_MS = 1000;

/** What was so when a round began. */
interface Start {
  readonly printed: ReadonlyMap<string, Printed>;
  readonly counted: ReadonlyMap<string, number>;
}

class Play {
  readonly #fleet: Fleet;
  readonly #stage: Stage;
  /** What is played, and for how long: of the seed alone. The stage has dice of its own, which requests throw too. */
  readonly #deck: Random;
  readonly #say: (line: string) => void;
  readonly #touched = new Set<string>();
  readonly played = new Map<string, number>();
  readonly held: Held[] = [];
  #exporter: WatchedExporter;
  /** Lines of those that were ended. */
  #ownFaults: string[] = [];
  #replacing: Promise<void> = Promise.resolve();
  #replaced = false;
  #clock = 0;
  readonly #started = performance.now();
  faults = 0;
  linesCompared = 0;
  /** From SIGTERM to its end, whatever went wrong meanwhile. */
  slowestEndMs = 0;

  constructor(fleet: Fleet, exporter: WatchedExporter, { seed, say }: Pick<ChaosOptions, 'seed' | 'say'>) {
    this.#fleet = fleet;
    this.#exporter = exporter;
    this.#say = say;
    this.#deck = createRandom(seed);
    this.#stage = {
      fleet,
      random: createRandom(seed + 1),
      exporter: () => this.#exporter,
      replace: (signal) => this.#replace(signal),
      turnClock: (byMs) => this.#turnClock(byMs),
      touched: this.#touched,
    };
  }

  /** So many faults, and what is wrong afterwards. */
  async round(count: number): Promise<string[]> {
    const start = await this.#begin();
    const lasting: Promise<unknown>[] = [];
    for (let left = count; left > 0; ) {
      const deed = this.#draw();
      this.#trace(`begins ${deed.subject}: ${deed.name}`);
      const mend = await deed.play(this.#stage);
      if (!mend) continue;
      left--;
      this.faults++;
      const name = `${deed.subject}: ${deed.name}`;
      this.played.set(name, (this.played.get(name) ?? 0) + 1);
      const mended = mendAfter(this.#deck.integer(0, LONGEST_MS), mend).then(() => this.#trace(`mended ${name}`));
      // Told at the end of the round.
      mended.catch(() => {});
      lasting.push(mended);
      await sleep(this.#deck.integer(0, LONGEST_PAUSE_MS));
    }
    await Promise.all(lasting);
    this.#fleet.simulator.cluster.interfere = () => undefined;
    return this.#afterwards(start);
  }

  /** Ends the exporter, and returns what is wrong with what it leaves. */
  async end(): Promise<string[]> {
    const known = await patiently(() => incidentsOf(this.#exporter));
    this.#exporter.child.kill('SIGTERM');
    const code = await this.#exporter.ended();
    const written = incidentsIn(this.#fleet.incidentsFile);
    const lost = known.filter(({ id, ended }) => written.get(id)?.ended !== ended);
    return [
      ...(code === 0 ? [] : [`it ended with ${code}`]),
      ...lost.map(
        ({ id, ended }) => `incident ${id} that ended at ${ended} stands in the file as ${JSON.stringify(written.get(id)).slice(0, 300)}`,
      ),
    ];
  }

  /** The last lines of the exporter's log that are no news: for the reader of what is wrong. */
  complaints(): string[] {
    const lines = this.#exporter.lines().filter(({ level }) => level === 'warn' || level === 'error');
    return lines.slice(-COMPLAINTS).map((line) => JSON.stringify(line));
  }

  #trace(words: string): void {
    if (process.env['CHAOS_TRACE']) this.#say(`    ${((performance.now() - this.#started) / 1000).toFixed(1)} ${words}`);
  }

  /** Looks until nothing is wrong; what is still wrong at the end of the patience. */
  async #until(wrong: () => string[] | Promise<string[]>, withinMs: number): Promise<string[]> {
    for (let left = withinMs; ; left -= PAUSE_MS) {
      const found = await asked(wrong);
      if (found.length === 0 || left <= 0) return found;
      if (left % 5000 === 0) this.#trace(`waits: ${found.join('; ')}`);
      await sleep(PAUSE_MS);
    }
  }

  #draw(): Deed {
    const subject = this.#deck.pick(DRAWN);
    return this.#deck.pick(DEEDS.flatMap((deed) => (deed.subject === subject ? Array<Deed>(deed.share ?? 1).fill(deed) : [])));
  }

  async #begin(): Promise<Start> {
    this.#replaced = false;
    this.#touched.clear();
    const { simulator, residents } = this.#fleet;
    const start = { printed: new Map(residents.map((api) => [api, printedBy(simulator, api)])), counted: await this.#counted() };
    simulator.cluster.chatty = true;
    return start;
  }

  /** Once nothing more of the logs comes. */
  async #counted(): Promise<ReadonlyMap<string, number>> {
    const { simulator, residents } = this.#fleet;
    const look = async () => {
      const { series } = await patiently(() => lookAt(this.#exporter, simulator));
      return new Map(residents.map((api) => [api, countedOf(series, api)]));
    };
    let before = await look();
    for (let left = SEEN_WITHIN_MS; left > 0; left -= SETTLED_MS) {
      await sleep(SETTLED_MS);
      const now = await look();
      if (residents.every((api) => now.get(api) === before.get(api))) return now;
      before = now;
    }
    return before;
  }

  /** First the cluster is well, then the exporter sees it, then it forgets what was. */
  async #afterwards(start?: Start): Promise<string[]> {
    const { simulator } = this.#fleet;
    await this.#replacing;
    const ill = await this.#until(() => unwell(simulator), WELL_WITHIN_MS);
    if (ill.length > 0) return ill.map((one) => `the cluster itself: ${one}`);
    simulator.cluster.chatty = false;
    this.#trace('the cluster is well');
    const unseen = await this.#until(async () => {
      const { series, wrong } = await lookAt(this.#exporter, simulator);
      return [...wrong, ...(start ? this.#miscounted(start, series) : [])];
    }, SEEN_WITHIN_MS);
    const unheard = await this.#until(() => this.#fleet.residents.flatMap((api) => unfollowed(simulator, api)), SEEN_WITHIN_MS);
    const left = await this.#later();
    const held = await patiently(() => this.#exporter.held());
    this.held.push(held);
    const own = [...this.#ownFaults.splice(0), ...ownFaults(this.#exporter.lines())];
    return [...unseen, ...unheard, ...left, ...tooMuch(held), ...own];
  }

  /** What is still said when all that failed is long ago. On a busy machine a request may fail of itself meanwhile: then once more. */
  async #later(): Promise<string[]> {
    let left: string[] = [];
    let turned = 0;
    for (let tries = 0; tries < LATER_TRIES && (turned === 0 || left.length > 0); tries++) {
      turned += LATER_MS;
      await this.#turnClock(LATER_MS);
      left = await this.#until(() => verdictsLeft(this.#exporter), FORGOTTEN_WITHIN_MS);
    }
    await this.#turnClock(-turned);
    return left;
  }

  /** Of the logs that were there all the time: each line once. */
  #miscounted({ printed, counted }: Start, series: Series): string[] {
    if (this.#replaced) return [];
    return this.#fleet.residents.flatMap((api) => {
      const before = printed.get(api);
      if (this.#touched.has(api) || !before) return [];
      const lines = linesSince(before, printedBy(this.#fleet.simulator, api));
      if (lines === undefined) return [];
      const seen = countedOf(series, api) - (counted.get(api) ?? 0);
      if (seen === lines) this.linesCompared++;
      return seen === lines ? [] : [`${api}: ${lines} lines were printed, ${seen} counted`];
    });
  }

  async #turnClock(byMs: number): Promise<void> {
    this.#clock += byMs;
    await this.#replacing;
    await this.#exporter.setClock(this.#clock);
  }

  #replace(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#replaced = true;
    this.#replacing = this.#replacing.then(async () => {
      const { child } = this.#exporter;
      const told = performance.now();
      child.kill(signal);
      // One that is stopped takes no signal.
      child.kill('SIGCONT');
      const code = await this.#exporter.ended();
      if (signal === 'SIGTERM') {
        this.slowestEndMs = Math.max(this.slowestEndMs, performance.now() - told);
        if (code !== 0) this.#ownFaults.push(`SIGTERM ended it with ${code}`);
      }
      this.#ownFaults.push(...ownFaults(this.#exporter.lines()));
      this.#exporter = await this.#fleet.start();
      await this.#exporter.setClock(this.#clock);
    });
    return this.#replacing;
  }

  async settle(): Promise<void> {
    const wrong = await this.#afterwards();
    if (wrong.length > 0) throw new Error(`never well before the first fault: ${wrong.join('; ')}`);
    this.#say(`exporter ${this.#exporter.pid}: all is well before the first fault`);
  }
}

/** On a busy machine a server of ours is late for its own deadlines and cuts a request off: who asked asks again. */
async function asked(wrong: () => string[] | Promise<string[]>): Promise<string[]> {
  try {
    return await wrong();
  } catch (error) {
    return [`the exporter can not be asked: ${(error as Error).message}`];
  }
}

const TRIES = 20;

async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left--)
    try {
      return await ask();
    } catch (error) {
      if (left <= 0) throw error;
      await sleep(PAUSE_MS);
    }
}

async function mendAfter(ms: number, mend: Mend): Promise<void> {
  await sleep(ms);
  await mend();
}

/** The newest of each that the file has. */
function incidentsIn(file: string): ReadonlyMap<string, { readonly ended?: number }> {
  return new Map(readFileText(readFileSync(file)).incidents.map((incident) => [incident.id, incident]));
}
