import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { required } from '../../src/domain/required.ts';
import { type ExporterProcess, type ExporterSurroundings, startExporter } from '../../test/support/exporter-process.ts';
import { memoryOf } from '../processes.ts';

const INSIDE = fileURLToPath(new URL('inside.mjs', import.meta.url));

/** What the exporter's process holds at one moment. */
export interface Held {
  /** MiB */
  readonly rss: number;
  /** MiB of it that are no file. */
  readonly own: number;
  /** MiB of JavaScript objects, those included that the next collection takes. */
  readonly heap: number;
  /** MiB of JavaScript objects that the last full collection left. */
  readonly live: number;
  /** MiB that the heap has taken from the system. */
  readonly heapTaken: number;
  /** MiB of buffers outside of the heap. */
  readonly external: number;
  /** Open files and sockets. */
  readonly files: number;
  /** What keeps its event loop going, by kind (`process.getActiveResourcesInfo`). */
  readonly resources: Readonly<Record<string, number>>;
}

/** The exporter as a process of its own, which is asked what it holds, and whose clock can be set. */
export interface WatchedExporter extends ExporterProcess {
  readonly pid: number;
  held(): Promise<Held>;
  /** Puts its wall clock so many milliseconds before (negative: after) ours. */
  setClock(offsetMs: number): Promise<void>;
  /** Writes what its heap holds into a file that Chromium's tools read; it stands still meanwhile, for seconds. */
  writeHeap(file: string): Promise<void>;
}

interface Told {
  readonly id: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly heapUsed: number;
  readonly heapTotal: number;
  readonly external: number;
  readonly live: number;
}

const MIB = 2 ** 20;
const ANSWERS_WITHIN_MS = 120_000;

export async function startWatchedExporter(args: readonly string[], surroundings: ExporterSurroundings = {}): Promise<WatchedExporter> {
  const exporter = await startExporter(args, { ...surroundings, inside: INSIDE });
  const { child } = exporter;
  const pid = required(child.pid, 'the id of the exporter');
  const waiting = new Map<number, (told: Told) => void>();
  child.on('message', (told: Told) => {
    waiting.get(told.id)?.(told);
    waiting.delete(told.id);
  });
  let asked = 0;
  const ask = (what: object): Promise<Told> =>
    new Promise((resolve, reject) => {
      const id = asked++;
      const late = setTimeout(() => reject(new Error(`the exporter did not answer for ${ANSWERS_WITHIN_MS / 1000} s`)), ANSWERS_WITHIN_MS);
      waiting.set(id, (told) => {
        clearTimeout(late);
        resolve(told);
      });
      child.send({ id, ...what }, (error) => error && reject(error));
      void exporter.ended().then((code) => {
        clearTimeout(late);
        reject(new Error(`the exporter ended with ${code} before it answered`));
      });
    });
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  return {
    ...exporter,
    pid,
    async held() {
      const { resources, heapUsed, heapTotal, external, live } = await ask({});
      const { rss, own } = memoryOf(pid);
      const heaps = { heap: heapUsed / MIB, live: live / MIB, heapTaken: heapTotal / MIB, external: external / MIB };
      return { rss, own, ...heaps, files: readdirSync(`/proc/${pid}/fd`).length, resources };
    },
    async setClock(offsetMs) {
      // One that is killed meanwhile needs no clock any more.
      await ask({ offset: offsetMs }).catch((error: unknown) => {
        if (!isOver()) throw error;
      });
    },
    async writeHeap(file) {
      await ask({ snapshot: file });
    },
  };
}
