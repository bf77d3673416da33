import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFrontProxyCa } from '../../src/observe/front-proxy-ca.ts';
import { SILENT } from '../../src/source/logger.ts';
import { createAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { NOW } from '../support/healthy.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import { type Answers, answeringClient } from './kube-answers.ts';

useLoopTime();

const CONFIG_MAP = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';

let running: AbortController;
let now: number;
beforeEach(() => {
  running = new AbortController();
  now = NOW;
});
afterEach(() => running.abort());

async function start(answers: Answers) {
  const client = answeringClient(answers);
  const source = createFrontProxyCa({ client, clock: () => now, log: SILENT, intervalMs: 10 });
  expect(source.status(now)).toEqual({ source: 'config-maps', state: 'pending' });
  expect(source.facts()).toEqual({ state: 'unobserved' });
  source.start(running.signal);
  const again = async () => {
    const before = client.asked.length;
    await eventually(() => client.asked.length >= before + 2);
  };
  await again();
  return { source, again };
}

describe('the front-proxy CA', () => {
  const configMap = (data: object) => ({ metadata: { name: 'extension-apiserver-authentication' }, data });

  it('has an expiry, subjects and allowed names', async () => {
    const notAfter = new Date(Math.floor((NOW + 30 * 86_400_000) / 1000) * 1000);
    const authority = await createAuthority({ name: 'front-proxy-ca', notAfter });
    const { source } = await start({
      [CONFIG_MAP]: configMap({ 'requestheader-client-ca-file': authority.cert, 'requestheader-allowed-names': '["front-proxy-client"]' }),
    });
    expect(source.facts()).toEqual({
      state: 'observed',
      value: { notAfterSeconds: notAfter.getTime() / 1000, subjects: ['CN=front-proxy-ca'], allowedNames: ['front-proxy-client'] },
    });
    expect(source.status(NOW)).toEqual({ source: 'config-maps', state: 'ok', lastSuccess: NOW });
  });

  it.each<[unknown, object]>([
    [404, { state: 'absent' }],
    [403, { state: 'forbidden', rule: 'configmaps: get (kube-system/extension-apiserver-authentication)' }],
    [500, { state: 'unobserved', why: expect.stringMatching(/: 500$/) }],
    [configMap({}), { state: 'absent' }],
    [
      configMap({ 'requestheader-client-ca-file': 'garbage', 'requestheader-allowed-names': '[' }),
      { state: 'unobserved', why: expect.any(String) },
    ],
  ])('%j', async (answer, expected) => {
    const { source } = await start({ [CONFIG_MAP]: answer });
    expect(source.facts()).toEqual(expected);
  });

  it.each([401, 500])('is what it was for ten minutes after it is answered %i', async (status) => {
    const answers: Answers = { [CONFIG_MAP]: configMap({}) };
    const { source, again } = await start(answers);
    answers[CONFIG_MAP] = status;
    await again();
    now += 9 * 60_000;
    expect(source.facts()).toEqual({ state: 'absent' });
    now += 60_000;
    expect(source.facts()).toMatchObject({ state: 'unobserved' });
  });
});
