import { YAMLException } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parseCron } from '../src/diagnose/cron.ts';
import { parseWebConfig } from '../src/expose/web-config.ts';
import { yamlProblem } from '../src/files/yaml-problem.ts';
import { parseQuantity } from '../src/kube/quantity.ts';
import { reasonOf } from '../src/net/network-errors.ts';
import { readApiserverMetrics } from '../src/observe/apiserver-metrics/reading.ts';
import { readKubeletMetrics } from '../src/observe/resources/kubelet-metrics.ts';
import { EventReader } from '../src/read/text/events.ts';
import { Objects } from '../src/read/text/objects.ts';
import { PodReader } from '../src/read/text/pods.ts';
import { tiesOf } from '../src/read/text/ties.ts';
import { ageOf } from '../src/read/text/times.ts';
import { dialError } from '../src/simulator/aggregator/go-errors.ts';
import { createAuthorizer } from '../src/simulator/control-plane/authorization.ts';
import { ANONYMOUS, createTokens } from '../src/simulator/control-plane/identities.ts';
import { answerReview } from '../src/simulator/control-plane/reviews.ts';
import { createStore } from '../src/simulator/store.ts';

/** Names that every object literal knows, though nobody wrote them into it. */
const WORDS = ['constructor', '__proto__', 'toString', 'hasOwnProperty', '__defineGetter__'];

const refused = (read: () => unknown): string => {
  try {
    return `read as ${JSON.stringify(read())}`;
  } catch (error) {
    return (error as Error).message;
  }
};

function apiserverReading(lines: string) {
  const { scanner, reading } = readApiserverMetrics();
  scanner.write(Buffer.from(lines));
  scanner.end();
  return reading;
}

function kubeletUsage(lines: string) {
  const { scanner, usage } = readKubeletMetrics(new Set(['tides/gauge-0/gauge']), 1_767_225_600);
  scanner.write(Buffer.from(lines));
  scanner.end();
  return [...usage.values()];
}

function eventOf(line: string) {
  const objects = new Objects();
  const reader = new EventReader(objects);
  reader.read(line, objects.read(line));
  const tie = tiesOf([{ api: 'v1.gauge.example.com', addresses: new Set() }], objects.all).get('v1.gauge.example.com');
  return tie && reader.facts(1_767_225_600_000, tie)[0];
}

function lastEndOf(lines: string) {
  const objects = new Objects();
  const reader = new PodReader(objects);
  for (const line of lines.split('\n')) {
    objects.read(line);
    reader.read(line);
  }
  reader.end();
  return reader.facts(1_767_225_600_000, () => true)[0]?.containers[0]?.lastTermination;
}

const PLACES: readonly [place: string, read: (word: string) => unknown, expected: (word: string) => unknown][] = [
  ['the schedule of a CronJob', parseCron, () => undefined],
  ['the unit of a quantity', (word) => parseQuantity(`1${word}`), () => undefined],
  ['the unit of an age', (word) => ageOf(`1${word}`), () => undefined],
  ['the code of a network error', (code) => reasonOf({ phase: 'connect', kind: 'error', code, message: 'm' }), () => 'other'],
  ['the reason of a YAML error', (reason) => yamlProblem(new YAMLException(reason)), (word) => word],
  ['a metric of the kube-apiserver', (word) => apiserverReading(`# TYPE ${word} gauge\n${word} 1\n`), () => apiserverReading('')],
  [
    'an APIService in a metric of the kube-apiserver',
    (name) =>
      apiserverReading(`# TYPE aggregator_unavailable_apiservice gauge\naggregator_unavailable_apiservice{name="${name}"} 1\n`).unavailable,
    (name) => (name === '__proto__' ? {} : { [name]: 1 }),
  ],
  [
    'a metric of the kubelet',
    (word) => kubeletUsage(`# TYPE ${word} gauge\n${word}{namespace="tides",pod="gauge-0",container="gauge"} 1\n`),
    () => [],
  ],
  [
    'the kind in a row of events',
    (word) => eventOf(`5m  Warning  BackOff  ${word.replaceAll('_', '')}/gauge  Back-off`)?.kind,
    (word) => word.replaceAll('_', ''),
  ],
  [
    'the reason for which a container ended',
    (reason) =>
      lastEndOf(`Name: gauge-0\nContainers:\n  gauge:\n    Container ID: x\n    Last State: Terminated\n      Reason: ${reason}\n`),
    (reason) => ({ reason, exitCode: 1 }),
  ],
  [
    'a header of the web configuration',
    (word) => refused(() => parseWebConfig(`http_server_config:\n  headers:\n    ${word}: x\n`, 'web.yml')),
    (word) =>
      word === '__proto__'
        ? 'web.yml: http_server_config.headers: the key __proto__ is not allowed'
        : `web.yml: http_server_config.headers.${word}: allowed are Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection, Content-Security-Policy`,
  ],
  [
    "an errno in the simulated aggregator's words",
    (code) => dialError(Object.assign(new Error('adrift'), { code }), '10.0.0.1:443').message,
    () => 'dial tcp 10.0.0.1:443: connect: adrift',
  ],
  [
    'a review that the simulated kube-apiserver is asked for',
    (word) => answerReview(word, {}, ANONYMOUS, { authorizer: createAuthorizer(createStore()), tokens: createTokens(() => 'token') }),
    () => undefined,
  ],
];

describe.each(PLACES)('%s', (_, read, expected) => {
  it.each(WORDS)('called %s is no entry of a table', (word) => {
    expect(read(word)).toEqual(expected(word));
  });
});
