import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmdirSync } from 'node:fs';
import type { Fleet } from '../fleet.ts';
import { type Deed, NOTHING_TO_MEND } from './deed.ts';

/** The kernel takes no byte beyond so many of any file, as a quota does. */
function limitFiles(pid: number, bytes: string): void {
  try {
    execFileSync('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:`], { stdio: 'pipe' });
  } catch (error) {
    // It may have been replaced meanwhile.
    if (existsSync(`/proc/${pid}`)) throw error;
  }
}

const awayOf = (folder: string): string => `${folder}.away`;

export const DISK: readonly Deed[] = [
  {
    subject: 'disk',
    name: 'full',
    share: 2,
    play({ exporter, random }) {
      const { pid } = exporter();
      limitFiles(pid, String(random.integer(0, 20_000)));
      return () => limitFiles(pid, 'unlimited');
    },
  },
  {
    subject: 'disk',
    name: 'gone',
    play({ fleet }) {
      const away = awayOf(fleet.dataFolder);
      if (existsSync(away)) return undefined;
      renameSync(fleet.dataFolder, away);
      return () => renameSync(away, fleet.dataFolder);
    },
  },
  {
    subject: 'disk',
    name: 'no new files',
    play({ fleet }) {
      const blocked = [fleet.stateFile, fleet.incidentsFile].map((file) => `${file}.partial`).filter(blocks);
      const open = () => {
        for (const place of blocked) opens(fleet, place);
      };
      return blocked.length === 0 ? undefined : open;
    },
  },
];

/** A folder where the new file would be written: false when something is there. */
function blocks(place: string): boolean {
  try {
    mkdirSync(place);
    return true;
  } catch {
    return false;
  }
}

/** The folder that it is in may be away. */
function opens({ dataFolder }: Fleet, place: string): void {
  for (const path of [place, place.replace(dataFolder, awayOf(dataFolder))]) if (existsSync(path)) rmdirSync(path);
}

const MINUTE = 60_000;

export const CLOCK: readonly Deed[] = (
  [
    ['a second', 1000],
    ['a minute', MINUTE],
    ['an hour', 60 * MINUTE],
    ['a day', 24 * 60 * MINUTE],
  ] as const
).flatMap(([span, ms]) =>
  [1, -1].map(
    (way): Deed => ({
      subject: 'clock',
      name: `${way > 0 ? 'forward' : 'back'} ${span}`,
      async play({ turnClock }) {
        await turnClock(way * ms);
        return () => turnClock(-way * ms);
      },
    }),
  ),
);

export const SIGNAL: readonly Deed[] = [
  {
    subject: 'signal',
    name: 'SIGHUP',
    share: 4,
    play({ exporter }) {
      exporter().child.kill('SIGHUP');
      return NOTHING_TO_MEND;
    },
  },
  {
    subject: 'signal',
    name: 'SIGSTOP, then SIGCONT',
    share: 4,
    play({ exporter }) {
      const { child } = exporter();
      child.kill('SIGSTOP');
      return () => child.kill('SIGCONT');
    },
  },
  {
    subject: 'signal',
    name: 'SIGKILL, and started again',
    async play({ replace }) {
      await replace('SIGKILL');
      return NOTHING_TO_MEND;
    },
  },
  {
    subject: 'signal',
    name: 'SIGTERM, and started again',
    async play({ replace }) {
      await replace('SIGTERM');
      return NOTHING_TO_MEND;
    },
  },
];
