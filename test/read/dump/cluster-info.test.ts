import { createReadStream } from 'node:fs';
import { expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../../src/diagnose/diagnostician.ts';
import { observed, UNOBSERVED } from '../../../src/domain/observed.ts';
import type { ApiFacts } from '../../../src/domain/snapshot.ts';
import { filesOfClusterInfo } from '../../../src/read/dump/cluster-info.ts';
import { readDumpFiles } from '../../../src/read/dump/dump.ts';
import { type DumpFile, fileInMemory } from '../../../src/read/dump/dump-file.ts';

/**
 * What `kubectl cluster-info dump` of kubectl 1.32.4, and of 1.37.2 for kube-system alone, took of a real kube-apiserver 1.36.3 with metrics-server 0.9
 * behind it (`npm run e2e:clients` takes the latter), trimmed to its nodes and to what belongs to metrics-server. It takes no APIServices; that of
 * 1.32.4 got no log.
 */
const NO_LOG = 'is not in the dump, which holds instead: an error on the server ("unknown") has prevented the request from succeeding';

it.each([
  ['1.32', 'healthy', 'nothing-to-judge', `metrics-server-759c99597c-98jjv ${NO_LOG}`],
  ['1.32', 'scaled-to-zero', 'v1beta1.metrics.k8s.io: backend-scaled-to-zero', ''],
  ['1.32', 'unknown-flag', 'v1beta1.metrics.k8s.io: pod-crash-looping', `metrics-server-598c65575c-kn4cn ${NO_LOG}`],
  ['1.37', 'healthy', 'nothing-to-judge', ''],
  ['1.37', 'scaled-to-zero', 'v1beta1.metrics.k8s.io: backend-scaled-to-zero', ''],
  ['1.37', 'unknown-flag', 'v1beta1.metrics.k8s.io: bad-flag-or-config', ''],
])('a dump by kubectl %s of a cluster that is %s', async (kubectl, state, said, noted) => {
  const notes: string[] = [];
  const note = (text: string) => notes.push(text);
  const files = await filesOfClusterInfo(createReadStream(new URL(`cluster-info-${kubectl}/${state}.txt`, import.meta.url)), note);
  const snapshots = await readDumpFiles('dump', files, note);
  const { answer, diagnoses } = diagnoseSnapshots(snapshots, catalogueOptions());
  expect(diagnoses.map(({ apiservice, cause }) => `${apiservice}: ${cause}`).join(', ') || answer).toBe(said);
  expect(notes.join('\n')).toContain('APIServices are not in the dump');
  expect(notes.join('\n')).toContain(noted);
});

/** Two containers of metrics-server, each with what the dump holds in place of its log. */
const dumpWith = (name: string, logs: string): DumpFile[] =>
  Object.entries({
    'kube-system/services.json':
      '{"kind":"ServiceList","apiVersion":"v1","items":[{"metadata":{"name":"metrics-server","namespace":"kube-system"},"spec":{"selector":{"app":"metrics-server"}}}]}',
    'kube-system/pods.json': `{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"${name}","namespace":"kube-system","labels":{"app":"metrics-server"}}}]}`,
    [`kube-system/${name}/logs.txt`]: logs,
  }).map(([path, text]) => fileInMemory(path.split('/'), Buffer.from(text), false));
const section = (container: string, text: string) =>
  `==== START logs for container ${container} of pod kube-system/gauge ====\n${text}\n==== END logs for container ${container} of pod kube-system/gauge ====\n`;
const REFUSED = 'Request log error: pods "gauge" is forbidden: User "ada" cannot get resource "pods/log"';
const WORDS = 'E1129 20:09:15.000001       1 scraper.go:149] "Failed to scrape node" node="node-a"';

it.each<[what: string, logs: string, lines: number | undefined]>([
  ['no container', section('server', REFUSED) + section('sidecar', 'Create log request error: no such container'), undefined],
  ['one container of two', section('server', WORDS) + section('sidecar', REFUSED), 1],
  ['every container', section('server', WORDS), 1],
])('a log that kubectl got of %s', async (_, logs, lines) => {
  const [, after] = await readDumpFiles('dump', dumpWith('gauge', logs), () => {});
  const read = after?.apis[0]?.logs;
  expect(read?.state === 'observed' ? read.value.lines.error : undefined).toBe(lines);
});

const NO_PODS = '{"kind":"PodList","apiVersion":"v1","items":null}';
const SERVICE_LIST =
  '{"kind":"ServiceList","apiVersion":"v1","items":[{"metadata":{"name":"gauge","namespace":"harbour"},"spec":{"selector":{"app":"gauge"}}}]}';
const API_SERVICE = JSON.stringify({
  kind: 'APIService',
  metadata: { name: 'v1.tides.example.com' },
  spec: { group: 'tides.example.com', version: 'v1', service: { namespace: 'harbour', name: 'gauge' } },
});

it.each<[what: string, files: Readonly<Record<string, string>>, pods: ApiFacts['pods']]>([
  ['shows its Service and a list of no pods', { 'harbour/services.json': SERVICE_LIST, 'harbour/pods.json': NO_PODS }, observed([])],
  ['shows its Service alone', { 'harbour/services.json': SERVICE_LIST }, UNOBSERVED],
  ['covers another namespace, which has no pods', { 'pier/pods.json': NO_PODS }, UNOBSERVED],
])('of the pods of a backend says a dump that %s no more than that', async (_, held, pods) => {
  const files = Object.entries({ 'apiservices.json': API_SERVICE, ...held }).map(([path, text]) =>
    fileInMemory(path.split('/'), Buffer.from(text), false),
  );
  const [, after] = await readDumpFiles('dump', files, () => {});
  expect(after?.apis[0]?.pods).toEqual(pods);
});
