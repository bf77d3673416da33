import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../../src/diagnose/diagnostician.ts';
import { readText } from '../../../src/read/text/read-text.ts';
import { ANSWERS } from './answers.ts';
import { WHOSE } from './whose.ts';

const options = catalogueOptions();
const causesOf = (text: string) => diagnoseSnapshots(readText(text), options).diagnoses.map(({ cause }) => cause);

describe('whose fault it is about', () => {
  it.each(WHOSE)('is told by $rule', ({ own, other, cause }) => {
    expect(causesOf(own)[0]).toBe(cause);
    expect(causesOf(other)).not.toContain(cause);
  });
});

/** What is said of each API, and how sure it is. */
function verdictOf(text: string) {
  const { answers, diagnoses } = diagnoseSnapshots(readText(text), options);
  return {
    answers: answers.map(({ apiservice, answer, because }) => [apiservice, answer, because]),
    causes: diagnoses.map(({ apiservice, cause, confidence }) => [apiservice, cause, confidence]),
  };
}

const known = new Map<string, ReturnType<typeof verdictOf>>();
function verdictAlone(text: string) {
  const verdict = known.get(text) ?? verdictOf(text);
  known.set(text, verdict);
  return verdict;
}

const TEXTS = [...ANSWERS.map(({ text }) => text), ...WHOSE.map(({ own }) => own), ...WHOSE.map(({ other }) => other)].filter((text) => {
  const { apis = [] } = readText(text).at(-1) ?? {};
  return apis.length > 0 && apis.every(({ name }) => name !== 'unknown');
});

const NAMES = ['ferry', 'dredger-worker', 'lantern-ui', 'barge-batch', 'capstan'] as const;
const name = fc.constantFrom(...NAMES);
const pod = fc.tuple(name, fc.constantFrom('-7c9f8d6b5-x2x2p', '-0', '-z9k4p')).map((parts) => parts.join(''));
const TROUBLES = ['CrashLoopBackOff', 'OOMKilled', 'ImagePullBackOff', 'Error', 'Pending', 'Evicted', 'Terminating', 'Running'] as const;
const namespace = fc.constantFrom('mole', 'pier', 'yard');
const podRow = fc
  .tuple(namespace, pod, fc.constantFrom(...TROUBLES))
  .map(([space, one, status]) => `${space}   ${one}   0/1   ${status}   51 (2m ago)   4h   10.9.9.9   node-y`);
const EVENTS = [
  ['BackOff', 'Back-off restarting failed container server'],
  ['Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 403'],
  ['FailedScheduling', '0/6 nodes are available: 6 Insufficient memory.'],
  ['Failed', 'Failed to pull image "registry.example.com/ferry:v9": not found'],
  ['FailedMount', 'MountVolume.SetUp failed for volume "certs" : secret "ferry-certs" not found'],
  ['FailedCreatePodSandBox', 'Failed to create pod sandbox: plugin type="calico" failed (add): error getting ClusterInformation'],
] as const;
const eventRow = fc
  .tuple(namespace, pod, fc.constantFrom(...EVENTS))
  .map(([space, one, [reason, message]]) => `${space}   2m   Warning   ${reason}   pod/${one}   ${message}`);
const nodeEvent = fc.constantFrom(
  'default   2m   Normal    NodeNotReady   node/node-y   Node node-y status is now: NodeNotReady',
  'default   2m   Warning   SystemOOM      node/node-y   System OOM encountered, victim process: ferry, pid: 4711',
);
const rows = (head: string, one: fc.Arbitrary<string>) =>
  fc.array(one, { minLength: 1, maxLength: 60 }).map((all) => `\n$ ${head}\n${all.join('\n')}\n`);
const nodes = fc
  .constantFrom('NotReady', 'Ready')
  .map(
    (state) =>
      `\n$ kubectl get nodes\nNAME     STATUS   ROLES    AGE   VERSION\nnode-y   ${state}   <none>   9d   v1.34.1\nnode-x   Ready   <none>   9d   v1.34.1\n`,
  );
const strangers = fc.oneof(
  rows('kubectl get pods -A -o wide', podRow),
  rows('kubectl get events -A', fc.oneof(eventRow, nodeEvent)),
  nodes,
);

describe('what is of no API of the text', () => {
  it('changes nothing: pods, events and nodes of another workload', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TEXTS), strangers, fc.boolean(), (text, more, first) => {
        expect(verdictOf(first ? `${more}\n${text}` : `${text}\n${more}`)).toEqual(verdictAlone(text));
      }),
      { numRuns: 150 },
    );
  });

  const WORDS = [
    'the certificate had expired (x509: certificate has expired or is not yet valid)',
    'the pod was OOMKilled',
    'a NetworkPolicy blocks the port with an i/o timeout',
    'the connection is refused, as in "connect: connection refused"',
    'it is a CrashLoopBackOff',
    'the metrics-server panics with a nil pointer dereference',
    'etcd has no space: etcdserver: mvcc: database space exceeded',
    'DNS says no such host',
    'KubeAggregatedAPIDown fires for one of the aggregated APIs',
    'we are throttled with 429 Too Many Requests',
    'no endpoints available for service "ferry"',
    'a quota is exceeded',
  ] as const;
  const SENTENCES: readonly ((words: string) => string)[] = [
    (words) => `I thought that ${words}, but it isn't.`,
    (words) => `Is it that ${words}?`,
    (words) => `Could it be that ${words}? Any ideas are welcome.`,
    (words) => `We checked whether ${words}, and that was not the case.`,
    (words) => `Does anyone know if ${words} when the cluster is upgraded?`,
    (words) => `Note: last month ${words}. This is not that.`,
    (words) => `**Anything else?** I do not believe that ${words}`,
    (words) => `- [x] I have checked whether ${words}`,
    (words) => `<!-- Please paste the lines that show why ${words}\n$ kubectl logs deploy/ferry\nError: ${words}\n-->`,
    (words) => `My first guess was that\n${words}, which was not\nthe case at all.`,
    (words) => `# Release notes v2.18.0\n- Fix that ${words}\n- ${words}`,
    (words) => `**What you expected to happen**:\nThat it works and that ${words} does not happen, not even once.`,
    (words) => `> I first thought that ${words}`,
  ];
  it('changes nothing: what people say in their own words', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TEXTS),
        fc.constantFrom(...SENTENCES),
        fc.constantFrom(...WORDS),
        fc.boolean(),
        (text, sentence, words, first) => {
          const said = sentence(words);
          expect(verdictOf(first ? `${said}\n\n${text}` : `${text}\n\n${said}`)).toEqual(verdictAlone(text));
        },
      ),
      { numRuns: 250 },
    );
  });

  const part = fc.nat(40).map(String);
  const version = fc
    .tuple(part, part, part, fc.constantFrom('', '-rc.1', '-gke.2300', '+k3s1', '-eks-a1b2c3', '-alpha.0.beta', '.final'))
    .map(([major, minor, patch, tail]) => `v${major}.${minor}.${patch}${tail}`);
  const SPOKEN_OF: readonly ((version: string) => string)[] = [
    (one) => `Server Version: ${one}`,
    (one) => `    Image:         registry.example.com/tides/gauge:${one}`,
    (one) => `I0105 09:00:00.000000       1 main.go:42] "Starting" version="${one}" go="go1.25.1"`,
    (one) => `downloading https://dl.example.com/tides/${one}/gauge-${one}.tar.gz`,
    (one) => `wrote /var/log/gauge-${one}.linux.amd64.log`,
    (one) => `helm.sh/chart=gauge-${one}`,
    (one) => `applied manifests/v1.gauge.yaml and v1.components.tar.gz of ${one}`,
    (one) => `image: registry.example.com/tides/gauge:v1.edge.main # ${one}`,
    (one) => `GET https://v1.api.example.com:8443/healthz ${one}`,
  ];
  it('makes no API: versions, tags of images, names of files', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...SPOKEN_OF), version), { minLength: 1, maxLength: 9 }), (all) => {
        const { apis = [] } = readText(all.map(([speak, one]) => speak(one)).join('\n')).at(-1) ?? {};
        expect(apis.map((api) => api.name).filter((one) => one !== 'unknown')).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
