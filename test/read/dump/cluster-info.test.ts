import { createReadStream } from 'node:fs';
import { expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../../src/diagnose/diagnostician.ts';
import { filesOfClusterInfo } from '../../../src/read/dump/cluster-info.ts';
import { readDumpFiles } from '../../../src/read/dump/dump.ts';

/**
 * What `kubectl cluster-info dump` of kubectl 1.32.4 took of a real kube-apiserver 1.36.3 with metrics-server 0.9 behind it, trimmed to its nodes
 * and to what belongs to metrics-server. It takes no APIServices, and with `unknown-flag` no log could be had.
 */
it.each([
  ['healthy', 'nothing-to-judge'],
  ['scaled-to-zero', 'v1beta1.metrics.k8s.io: backend-scaled-to-zero'],
  ['unknown-flag', 'v1beta1.metrics.k8s.io: pod-crash-looping'],
])('a dump of a cluster that is %s', async (state, said) => {
  const notes: string[] = [];
  const note = (text: string) => notes.push(text);
  const files = await filesOfClusterInfo(createReadStream(new URL(`cluster-info-1.32/${state}.txt`, import.meta.url)), note);
  const snapshots = await readDumpFiles('dump', files, note);
  const { answer, diagnoses } = diagnoseSnapshots(snapshots, catalogueOptions());
  expect(diagnoses.map(({ apiservice, cause }) => `${apiservice}: ${cause}`).join(', ') || answer).toBe(said);
  expect(notes.join('\n')).toContain('APIServices are not in the dump');
});
