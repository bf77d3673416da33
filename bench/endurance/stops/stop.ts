import { existsSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../../src/diagnose/diagnostician.ts';
import { restoreState } from '../../../src/diagnose/parse-state.ts';
import { readFileText } from '../../../src/incidents/file-format.ts';
import { incidentsOf } from '../chaos/calm.ts';
import type { WatchedExporter } from '../exporter-inside.ts';
import type { Home } from '../fleet.ts';

/** One end of an exporter that was told to. */
export interface Stop {
  /** From SIGTERM to the end, milliseconds. */
  readonly wallMs: number;
  /** Of them its threads worked for so long, … */
  readonly cpuMs: number;
  /** … and its main thread waited for a processor so long, which others had. */
  readonly waitedMs: number;
  /** What is not as it should be. */
  readonly wrong: readonly string[];
}

/** The times of files go by the kernel's ticks. */
const CLOCKS_DIFFER_MS = 20;

/** @param home whose files it writes. */
export async function stopNow(exporter: WatchedExporter, home: Home): Promise<Stop> {
  const known = await incidentsOf(exporter).catch(() => []);
  const before = spentBy(exporter.pid);
  let last = before;
  let over = false;
  const toldAt = Date.now();
  const told = performance.now();
  exporter.child.kill('SIGTERM');
  const ended = exporter.ended().then((code) => {
    over = true;
    return { code, wallMs: performance.now() - told };
  });
  while (!over) {
    last = spentBy(exporter.pid) ?? last;
    await Promise.race([ended, sleep(5)]);
  }
  const { code, wallMs } = await ended;
  const spent = (what: keyof Spent) => (before && last ? last[what] - before[what] : 0);
  const wrong = [...(code === 0 ? [] : [`it ended with ${code}`]), ...unsaved(home, known, toldAt)];
  return { wallMs, cpuMs: spent('cpuMs'), waitedMs: spent('waitedMs'), wrong };
}

/** The state must be whole and written since; each incident must stand in the file as it was last said to be, or with what came after. */
function unsaved({ stateFile, incidentsFile }: Home, known: Awaited<ReturnType<typeof incidentsOf>>, toldAt: number): string[] {
  const state = readFileOr(stateFile, '');
  const isNew = existsSync(stateFile) && statSync(stateFile).mtimeMs >= toldAt - CLOCKS_DIFFER_MS;
  const wrong = isNew ? [] : ['the state was not saved'];
  try {
    restoreState(createDiagnostician(catalogueOptions()), state);
  } catch (error) {
    wrong.push(`the state is not usable: ${(error as Error).message}`);
  }
  const written = new Map(readFileText(Buffer.from(readFileOr(incidentsFile, ''))).incidents.map((incident) => [incident.id, incident]));
  const lost = known.filter(({ id, ended }) => {
    const incident = written.get(id);
    if (incident === undefined) return true;
    // A failure that came back in these last moments goes on.
    return ended !== undefined && incident.ended !== ended && incident.lastFailing <= ended;
  });
  return [
    ...wrong,
    ...lost.map(({ id, ended }) => `incident ${id} (ended: ${ended}) stands in the file as ended: ${written.get(id)?.ended}`),
  ];
}

function readFileOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

interface Spent {
  readonly cpuMs: number;
  readonly waitedMs: number;
}

/** From the kernel's own account; undefined when it is gone. */
function spentBy(pid: number): Spent | undefined {
  try {
    const [, waited = '0'] = readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ');
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, waitedMs: Number(waited) / 1e6 };
  } catch {
    return undefined;
  }
}
