import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import { clientOf, eventually } from './support/client.ts';
import { smallScenario, TIDES } from './support/scenario.ts';

useLoopTime();

let simulator: Simulator;
let client: ReturnType<typeof clientOf>;
let pod: string;
let path: string;

beforeAll(async () => {
  simulator = await startSimulator({ scenario: smallScenario() });
  client = clientOf(simulator);
  pod = simulator.podsOf(TIDES)[0]!.key;
  path = `/api/v1/namespaces/harbour/pods/${pod.split('/')[1]}/log`;
});
afterAll(() => simulator.stop());
beforeEach(() => simulator.rotateLog(pod));

const text = async (query = '') => (await client.ask(`${path}${query}`)).text;

/** Collects a stream as it comes. */
function collect(response: IncomingMessage) {
  const seen = { text: '', ended: false };
  response.setEncoding('utf8').on('data', (chunk: string) => {
    seen.text += chunk;
  });
  const end = () => {
    seen.ended = true;
  };
  response.on('end', end).on('error', end).on('close', end);
  return seen;
}

describe('a read', () => {
  it.each([
    ['', 'one\ntwo\nthree\n'],
    ['?tailLines=2', 'two\nthree\n'],
    ['?tailLines=0', ''],
    ['?limitBytes=6', 'one\ntw'],
    ['?sinceSeconds=3600', 'one\ntwo\nthree\n'],
    ['?sinceTime=2100-01-01T00:00:00Z', ''],
    ['?container=tide-gauge&tailLines=1', 'three\n'],
  ])('with %j gives %j', async (query, expected) => {
    simulator.log(pod, 'one', 'two');
    simulator.log(pod, 'three');
    expect(await text(query)).toBe(expected);
  });

  it('has stamps of nine digits, in order; lines written together share one', async () => {
    simulator.log(pod, 'one', 'two');
    simulator.log(pod, 'three');
    const stamps = (await text('?timestamps=true'))
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(0, line.indexOf(' ')));
    expect(stamps.every((stamp) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(stamp))).toBe(true);
    expect(stamps[0]).toBe(stamps[1]);
    expect(stamps[2]! > stamps[1]!).toBe(true);
  });

  it('takes sinceTime by the second: what was written in the same second comes again', async () => {
    simulator.log(pod, 'one');
    const [stamp] = (await text('?timestamps=true')).split(' ');
    const late = `${stamp!.slice(0, 20)}999999999Z`;
    expect(await text(`?sinceTime=${late}`)).toBe('one\n');
  });

  it('serves the current file only, after a rotation', async () => {
    simulator.log(pod, 'before');
    simulator.rotateLog(pod);
    simulator.log(pod, 'after');
    expect(await text()).toBe('after\n');
  });
});

describe('a refusal', () => {
  it.each([
    ['?previous=true', 400, 'previous terminated container "tide-gauge" in pod "POD" not found'],
    ['?container=other', 400, 'container other is not valid for pod POD'],
    ['?sinceTime=2026-01-05T09:00:00Z&sinceSeconds=5', 422, 'at most one of `sinceTime` or `sinceSeconds` may be specified'],
    ['?sinceTime=yesterday', 422, 'sinceTime: Invalid value: "yesterday"'],
    ['?limitBytes=0', 422, 'limitBytes: Invalid value: must be greater than 0'],
  ])('of %j is %i %s', async (query, code, message) => {
    const answer = await client.ask(`${path}${query}`);
    expect(answer.json).toMatchObject({ code, message: expect.stringContaining(message.replace('POD', pod.split('/')[1]!)) });
  });

  it('of a pod that is not there is 404', async () => {
    expect((await client.ask('/api/v1/namespaces/harbour/pods/none/log')).json).toMatchObject({
      code: 404,
      message: 'pods "none" not found',
    });
  });

  it('of somebody without the right is 403', async () => {
    expect((await clientOf(simulator, 'ordinary').ask(path)).json).toMatchObject({
      code: 403,
      message: expect.stringContaining('cannot get resource "pods/log"'),
    });
  });
});

/** Without what the server says by itself now and then. */
const ours = (log: string): string => log.replace(/^I\d{4} .*\n/gm, '');

describe('follow', () => {
  it('gives what is there and what comes, over a rotation', async () => {
    simulator.log(pod, 'old');
    const seen = collect(await client.open(`${path}?follow=true`));
    await eventually(() => seen.text.includes('old'));
    simulator.log(pod, 'new');
    simulator.rotateLog(pod);
    simulator.log(pod, 'newer');
    await eventually(() => seen.text.includes('newer'));
    expect(ours(seen.text)).toBe('old\nnew\nnewer\n');
  });

  it('is cut by a disconnect and taken up with sinceTime', async () => {
    const seen = collect(await client.open(`${path}?follow=true&timestamps=true`));
    simulator.log(pod, 'one');
    await eventually(() => seen.text.includes('one'));
    simulator.disconnectAll();
    await eventually(() => seen.ended);
    simulator.log(pod, 'two');
    expect(ours(await text(`?sinceTime=${seen.text.slice(0, 30)}`))).toBe('one\ntwo\n');
  });

  it('ends when the container does; its last words are the previous log then', async () => {
    const seen = collect(await client.open(`${path}?follow=true`));
    await simulator.podsOf(TIDES)[0]!.crash({ exitCode: 2, lines: ['panic: out of cheese'] });
    await eventually(() => seen.ended);
    expect(seen.text).toMatch(/panic: out of cheese\n$/);
    // Waiting for its restart, the container still serves its last log; afterwards it is the previous one.
    expect(await text('?tailLines=1')).toBe('panic: out of cheese\n');
    await eventually(async () => (await client.ask(`${path}?previous=true&tailLines=1`)).text === 'panic: out of cheese\n');
  });

  it('is refused while the container waits to start', async () => {
    await simulator.inject('image-pull-failing', TIDES);
    const waiting = simulator.podsOf(TIDES)[0]!.plan.name;
    const answer = await client.ask(`/api/v1/namespaces/harbour/pods/${waiting}/log?follow=true`);
    expect(answer.json).toMatchObject({
      code: 400,
      message: `container "tide-gauge" in pod "${waiting}" is waiting to start: trying and failing to pull image`,
    });
  });
});
