import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../../src/diagnose/diagnostician.ts';
import { readDump } from '../../../src/read/dump/dump.ts';

/**
 * Objects and logs of a real kube-apiserver 1.36.3 with a broken metrics-server 0.9 behind it, laid out as `oc adm must-gather` does, of the one
 * APIService and the namespace of its backend (`npm run e2e:clients` takes them anew).
 */
const FOLDER = new URL('must-gather-1.36/', import.meta.url);

it.each([
  ['scaled-to-zero', 'backend-scaled-to-zero'],
  ['packets-refused', 'connection-refused'],
  ['unknown-flag', 'bad-flag-or-config'],
])('a must-gather of a cluster whose state is %s', async (state, cause) => {
  const notes: string[] = [];
  const snapshots = await readDump(new URL(state, FOLDER).pathname, (text) => notes.push(text));
  const { diagnoses } = diagnoseSnapshots(snapshots, catalogueOptions());
  expect(diagnoses.map((diagnosis) => `${diagnosis.apiservice}: ${diagnosis.cause}`)).toEqual([`v1beta1.metrics.k8s.io: ${cause}`]);
  expect(notes).toEqual([]);
});

it('is held to each that there is', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(['packets-refused', 'scaled-to-zero', 'unknown-flag']);
});
