import type { Incident } from '../domain/incident.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { begun, counted, ended, failing, recovering, returned, unobserved } from './account.ts';
import { type ApiTick, type JudgedRound, ticksOf } from './api-tick.ts';
import { measuredBetween, NOTHING_REACHED, type Reached, reached } from './course.ts';
import { incidentId } from './id.ts';
import { goesOnWith } from './same-failure.ts';

/** Incidents of one API that may come back: as many causes taking turns. */
const MOST_RETURNING = 8;

export interface RecordedTick {
  /** Those that are new or differ from what they were. */
  readonly touched: readonly Incident[];
  /** Of those, the ones that are over for good since this tick: no failure goes on with them any more. */
  readonly settled: readonly Incident[];
}

export interface IncidentRecorder {
  /** Looks at the next tick. A pure function of all ticks so far, and of what it was resumed with. */
  observe(snapshot: Snapshot, round: JudgedRound): RecordedTick;
  /** Goes on with incidents of an earlier run, those that ended and may come back too. Returns the open ones: nobody has looked at them yet. */
  resume(incidents: readonly Incident[]): readonly Incident[];
}

/** @param isTaken whether an incident that the recorder has forgotten has this id. */
export function createRecorder(isTaken: (id: string) => boolean = () => false): IncidentRecorder {
  return new Recorder(isTaken);
}

/** What is remembered of one API. */
interface Memory {
  open?: Incident;
  /** The open one is of an earlier run, and nothing was observed since. */
  resumed?: true;
  /** Since when the open one has recovered, Unix seconds. */
  calmSince?: number;
  /** Ended, and may come back; oldest first. */
  returning: Incident[];
  /** It was seen not to fail. */
  seenWell?: true;
  /** At the tick before. */
  reached: Reached;
}

class Recorder implements IncidentRecorder {
  readonly #isTaken: (id: string) => boolean;
  readonly #apis = new Map<string, Memory>();

  constructor(isTaken: (id: string) => boolean) {
    this.#isTaken = isTaken;
  }

  resume(incidents: readonly Incident[]): readonly Incident[] {
    return incidents.flatMap((incident) => {
      const memory = this.#memoryOf(incident.apiservice);
      if (incident.ended !== undefined) {
        memory.returning.push(incident);
        return [];
      }
      const open = unobserved(incident);
      Object.assign(memory, { open, resumed: true });
      return [open];
    });
  }

  observe(snapshot: Snapshot, round: JudgedRound): RecordedTick {
    const touched: Incident[] = [];
    const settled: Incident[] = [];
    const tickOf = ticksOf(snapshot, round);
    for (const name of new Set([...this.#apis.keys(), ...snapshot.apis.map((api) => api.name)])) {
      const tick = tickOf(name);
      const memory = this.#memoryOf(name);
      const other = endOfAnother(memory, tick);
      if (other) touched.push(other);
      const before = memory.open;
      const over = settle(memory, tick);
      const after = this.#step(memory, tick);
      if (after && after !== before) touched.push(after);
      memory.reached = reached(tick.api);
      if (tick.state === 'deleted' || tick.state === 'not-watched') over.push(...settle(memory, tick));
      touched.push(...over);
      settled.push(...over);
      if (isForgettable(memory, tick)) this.#apis.delete(name);
    }
    return { touched, settled };
  }

  #memoryOf(name: string): Memory {
    let memory = this.#apis.get(name);
    if (!memory) {
      memory = { returning: [], reached: NOTHING_REACHED };
      this.#apis.set(name, memory);
    }
    return memory;
  }

  /** The incident of this tick, if there is one. */
  #step(memory: Memory, tick: ApiTick): Incident | undefined {
    const after = memory.open ? goOn(memory, memory.open, tick) : this.#begin(memory, tick);
    if (tick.state === 'passing') memory.seenWell = true;
    if (tick.state !== 'not-observed') delete memory.resumed;
    if (tick.state === 'recovering') memory.calmSince = tick.verdict?.endedAt ?? memory.calmSince ?? tick.time;
    else if (tick.state !== 'not-observed') delete memory.calmSince;
    if (after?.ended === undefined) setOpen(memory, after);
    else {
      setOpen(memory, undefined);
      memory.returning.push(after);
    }
    return after;
  }

  #begin(memory: Memory, tick: ApiTick): Incident | undefined {
    if (!beginsOne(memory, tick)) return undefined;
    const measured = measuredBetween(memory.reached, tick.api, tick.cluster);
    const same = goesOnWith(memory.returning, tick);
    if (same === 'wait') return undefined;
    if (same === undefined) return failing(this.#another(memory, tick), tick, measured);
    memory.returning = memory.returning.filter((one) => one !== same);
    return returned(same, tick, measured);
  }

  #another({ returning, seenWell }: Memory, { name, time, verdict, diagnosis }: ApiTick): Incident {
    const last = returning.at(-1);
    const since = Math.min(diagnosis?.since ?? verdict?.since ?? time, time);
    const began = Math.max(since, last?.ended ?? since);
    const start = begun(name, incidentId(began, name, this.#isTaken), began);
    return seenWell || last ? start : { ...start, beganUnseen: true };
  }
}

/** Another failure began while the open one recovered: that one is over, since nothing erred. */
function endOfAnother(memory: Memory, tick: ApiTick): Incident | undefined {
  const { open, calmSince } = memory;
  const { state, verdict } = tick;
  if (!open || calmSince === undefined || state !== 'failing' || !verdict || verdict.since <= calmSince) return undefined;
  const over = ended(open, { ...tick, state: 'passing', verdict: { ...verdict, endedAt: calmSince } }, false);
  setOpen(memory, undefined);
  memory.returning.push(over);
  return over;
}

/** What is left of a failure that ended before is none. */
function beginsOne({ returning }: Memory, { state, verdict }: ApiTick): boolean {
  if (!verdict) return false;
  const over = returning.at(-1)?.ended;
  return state === 'failing' || (state === 'recovering' && over !== undefined && verdict.since > over);
}

function goOn(memory: Memory, open: Incident, tick: ApiTick): Incident {
  const measured = measuredBetween(memory.reached, tick.api, tick.cluster);
  const resumed = memory.resumed === true;
  switch (tick.state) {
    case 'failing':
      return failing(open, tick, measured);
    case 'recovering':
      // It was not seen to recover: nobody looked while it did.
      return resumed ? ended(open, tick, true) : recovering(open, tick, measured);
    case 'not-observed':
      return unobserved(open);
    default:
      return ended(open, tick, resumed);
  }
}

function setOpen(memory: Memory, open: Incident | undefined): void {
  if (open) memory.open = open;
  else delete memory.open;
}

/** Takes out those that nothing goes on with any more: no failure now, nor the one that has begun; and the oldest of too many. */
function settle(memory: Memory, { time, state, verdict }: ApiTick): Incident[] {
  if (memory.returning.length === 0) return [];
  const now = verdict && (state === 'failing' || state === 'recovering') ? Math.min(time, verdict.since) : time;
  const tooMany = memory.returning.length - MOST_RETURNING;
  const over = memory.returning.filter(({ goesOnUntil = 0 }, index) => goesOnUntil <= now || index < tooMany);
  if (over.length > 0) memory.returning = memory.returning.filter((one) => !over.includes(one));
  return over.map(counted);
}

function isForgettable(memory: Memory, { state }: ApiTick): boolean {
  return (state === 'not-watched' || state === 'deleted') && !memory.open && memory.returning.length === 0;
}
