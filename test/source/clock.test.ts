import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../src/', import.meta.url);
/** A clock that is set jumps: what is a duration is taken by `performance.now()` (`monotonic`). Here, and only here, is the time of day meant. */
const TIME_OF_DAY: Readonly<Record<string, string>> = {
  'commands/incident-keeper.ts': 'the moment at which incidents of the time before the stop are gone on with',
  'commands/observe-cluster.ts': 'the clock of the observer',
  'commands/watched-cluster.ts': 'the moment at which sources are shown',
  'expose/cluster-routes.ts': 'the moment at which sources are shown',
  'expose/clusters-server.ts': 'the moment at which clusters are listed',
  'expose/incident-routes.ts': 'the moment from which `since` counts back',
  'expose/live/pages.ts': 'the moment of pages about incidents of an earlier run, before the first tick',
  'expose/page/script/times.ts': 'the moment of a page that names none, in the browser',
  'leader/elector.ts': 'the times that stand in a Lease, which other processes read',
  'leader/one-object.ts': 'the moment from which a Retry-After with a date counts',
  'reach/reports.ts': 'the moment at which a report came, for people',
  'read/dump/dump.ts': 'the moment of a dump that names none',
  'kube/exec-plugin.ts': 'the time at which a credential expires',
};

it('the time of day is asked where it is meant, and nowhere for a duration', () => {
  const asking = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('simulator/') && /\bDate\.now\b/.test(readFileSync(new URL(file, ROOT), 'utf8')),
  );
  expect(asking.sort()).toEqual(Object.keys(TIME_OF_DAY).sort());
});
