import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../../src/diagnose/diagnostician.ts';
import { readDump } from '../../../src/read/dump/dump.ts';

const CAPTURES = new URL('../captures/kubectl-1.37/', import.meta.url);

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'outputs-'));
});
afterAll(() => rmSync(root, { recursive: true }));

let tally = 0;
/** What is said of each API of a folder, by name. */
async function said(files: Readonly<Record<string, string | Buffer>>): Promise<{ of: Record<string, string>; notes: string[] }> {
  const folder = join(root, String(tally++));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const notes: string[] = [];
  const { answers, diagnoses } = diagnoseSnapshots(await readDump(folder, (note) => notes.push(note)), catalogueOptions());
  const of = answers.map(({ apiservice, answer }): [string, string] => {
    const cause = diagnoses.find((one) => one.apiservice === apiservice)?.cause;
    return [apiservice, cause === undefined || cause === 'unknown' ? answer : cause];
  });
  return { of: Object.fromEntries(of), notes };
}

/** Each output of kubectl 1.37 in a file of its own, called after its command. */
function outputsWhile(state: string): Record<string, string> {
  const sections = readFileSync(new URL(`${state}.txt`, CAPTURES), 'utf8')
    .split(/^#### /m)
    .slice(1);
  return Object.fromEntries(
    sections.map((section) => {
      const [title = '', ...lines] = section.split('\n');
      return [`${title.split(' · ')[0]}.txt`, lines.join('\n')];
    }),
  );
}

const TABLE = `NAME                     SERVICE                      AVAILABLE                  AGE
v1.apps                  Local                        True                       9d
v1beta1.metrics.k8s.io   kube-system/metrics-server   False (MissingEndpoints)   9d
`;
const CONDITION = `Name:         v1beta1.metrics.k8s.io
API Version:  apiregistration.k8s.io/v1
Kind:         APIService
Spec:
  Group:    metrics.k8s.io
  Service:
    Name:       metrics-server
    Namespace:  kube-system
    Port:       443
  Version:  v1beta1
Status:
  Conditions:
    Message:  failing or missing response from https://10.1.0.5:10250/apis/metrics.k8s.io/v1beta1: Get "https://10.1.0.5:10250/apis/metrics.k8s.io/v1beta1": dial tcp 10.1.0.5:10250: connect: connection refused
    Reason:   FailedDiscoveryCheck
    Status:   False
    Type:     Available
`;
const SERVICES = JSON.stringify({
  kind: 'ServiceList',
  items: [
    {
      metadata: { name: 'metrics-server', namespace: 'kube-system' },
      spec: { selector: { app: 'metrics-server' }, ports: [{ port: 443 }] },
    },
  ],
});

describe('a folder of what commands printed', () => {
  const CAUSES: Readonly<Record<string, string>> = {
    healthy: 'healthy',
    'service-deleted': 'service-not-found',
    'scaled-to-zero': 'no-ready-endpoints',
    'packets-refused': 'connection-refused',
    'packets-dropped': 'connection-timed-out',
    'server-hung': 'no-ready-endpoints',
    'ca-bundle': 'ca-bundle-mismatch',
    'certificate-expired': 'serving-certificate-expired',
    'request-header-ca': 'request-header-ca-mismatch',
    'unknown-flag': 'no-ready-endpoints',
  };

  it.each(
    readdirSync(CAPTURES)
      .map((file) => file.replace('.txt', ''))
      .filter((state) => state in CAUSES),
  )('says what was broken while the state was %s', async (state) => {
    const { of, notes } = await said(outputsWhile(state));
    expect([of['v1alpha1.wardle.example.com'], notes]).toEqual([CAUSES[state], []]);
  });

  it.each<[what: string, files: Record<string, string | Buffer>, cause: string]>([
    ['without extensions', { 'get apiservices': TABLE }, 'no-ready-endpoints'],
    ['in folders', { 'case 17/kubectl_describe_apiservice_metrics.txt': CONDITION }, 'connection-refused'],
    ['beside a picture', { 'apiservices.out': TABLE, 'screen.txt': Buffer.alloc(4096) }, 'no-ready-endpoints'],
    [
      'with a log',
      {
        'apiservices.txt': TABLE,
        'metrics-server-7d9f.log':
          'panic: unable to load configmap based request-header-client-ca-file: configmaps "extension-apiserver-authentication" is forbidden: User "system:serviceaccount:kube-system:metrics-server" cannot get resource "configmaps" in API group "" in the namespace "kube-system"\n',
      },
      'request-header-config-unreadable',
    ],
  ])('is read %s', async (_, files, cause) => {
    expect((await said(files)).of['v1beta1.metrics.k8s.io']).toBe(cause);
  });

  it('tells a dump without APIServices what they say', async () => {
    const dump = { 'kube-system/services.json': SERVICES };
    expect((await said(dump)).of).toEqual({ 'v1beta1.metrics.k8s.io': 'nothing-to-judge' });
    expect((await said({ ...dump, 'describe-apiservice.txt': CONDITION })).of).toEqual({ 'v1beta1.metrics.k8s.io': 'connection-refused' });
  });

  it('that names no API is refused with what to put beside it', async () => {
    await expect(said({ 'notes.txt': 'the tide is late' })).rejects.toThrow(
      /no aggregated API in 1 files; put the output of `kubectl get apiservices -o yaml`/,
    );
  });
});
