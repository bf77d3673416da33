import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiTarget, fixedTargets } from '../../src/objects/targets.ts';
import { createRightsSource, type RightsSource } from '../../src/observe/rights.ts';
import { type Logger, SILENT } from '../../src/source/logger.ts';
import { eventually } from '../support/eventually.ts';
import { NOW } from '../support/healthy.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import { type Answers, answeringClient } from './kube-answers.ts';

useLoopTime();

const API = 'v1.tides.example.com';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const IN_KUBE_SYSTEM = `${RBAC}/namespaces/kube-system/rolebindings`;
const EVERYWHERE = `${RBAC}/clusterrolebindings`;

const pod = (serviceAccount: string | undefined, name = 'tide-gauge-1'): ApiTarget['pods'][number] => ({
  namespace: 'harbour',
  name,
  uid: name,
  hostNetwork: false,
  labels: {},
  ports: [],
  containers: [],
  ...(serviceAccount !== undefined && { serviceAccount }),
});
const target = (pods: ApiTarget['pods']): ApiTarget => ({
  name: API,
  group: 'tides.example.com',
  version: 'v1',
  backend: { namespace: 'harbour', service: 'tide-gauge', port: 443 },
  insecureSkipTLSVerify: false,
  addresses: [],
  pods,
});

const TIDE = { kind: 'ServiceAccount', name: 'tide', namespace: 'harbour' };
const group = (name: string) => ({ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name });
const binding = (role: string, ...subjects: object[]) => ({
  metadata: { name: `to-${role}` },
  roleRef: { kind: role.startsWith('extension') || role.startsWith('own-role') ? 'Role' : 'ClusterRole', name: role },
  subjects,
});
const list = (...items: object[]) => ({ kind: 'List', metadata: {}, items });
const READER = binding('extension-apiserver-authentication-reader', TIDE);
const DELEGATOR = binding('system:auth-delegator', TIDE);

let running: AbortController;
let now: number;
beforeEach(() => {
  running = new AbortController();
  now = NOW;
});
afterEach(() => running.abort());

async function start(answers: Answers, pods: ApiTarget['pods'] = [pod('tide')], log: Logger = SILENT) {
  const client = answeringClient(answers);
  const source = createRightsSource({ client, targets: fixedTargets([target(pods)]), clock: () => now, log, intervalMs: 10 });
  expect(source.status(now)).toEqual({ source: 'role-bindings', state: 'pending' });
  expect(source.factsFor(API)).toEqual({ state: 'unobserved' });
  source.start(running.signal);
  await read(client);
  return { source, client };
}

/** Waits for one whole reading that begins now. */
async function read(client: { readonly asked: string[] }) {
  const before = client.asked.length;
  await eventually(() => client.asked.slice(before).filter((path) => path.startsWith(IN_KUBE_SYSTEM)).length >= 2);
}

const facts = (source: RightsSource) => source.factsFor(API);

describe('the two bindings of an aggregated server', () => {
  it.each<[string, object[], object[], { authReader: boolean; authDelegator: boolean }]>([
    ['both', [READER], [DELEGATOR], { authReader: true, authDelegator: true }],
    ['none', [], [], { authReader: false, authDelegator: false }],
    ['no delegator', [READER], [], { authReader: true, authDelegator: false }],
    ['no reader', [], [DELEGATOR], { authReader: false, authDelegator: true }],
    [
      'for another account',
      [binding('extension-apiserver-authentication-reader', { ...TIDE, name: 'other' })],
      [binding('system:auth-delegator', { ...TIDE, namespace: 'elsewhere' })],
      { authReader: false, authDelegator: false },
    ],
    [
      'for all accounts',
      [binding('extension-apiserver-authentication-reader', group('system:serviceaccounts'))],
      [binding('system:auth-delegator', group('system:serviceaccounts:harbour'))],
      { authReader: true, authDelegator: true },
    ],
    [
      'for accounts of another namespace',
      [binding('extension-apiserver-authentication-reader', group('system:serviceaccounts:other'))],
      [],
      { authReader: false, authDelegator: false },
    ],
    ['for everybody', [], [binding('system:auth-delegator', group('system:authenticated'))], { authReader: false, authDelegator: true }],
    [
      'by its user name',
      [binding('extension-apiserver-authentication-reader', { kind: 'User', name: 'system:serviceaccount:harbour:tide' })],
      [],
      { authReader: true, authDelegator: false },
    ],
    ['cluster-admin', [], [binding('cluster-admin', TIDE)], { authReader: true, authDelegator: true }],
    ['a delegator bound in kube-system only', [binding('system:auth-delegator', TIDE)], [], { authReader: false, authDelegator: false }],
    ['view in kube-system', [binding('view', TIDE)], [], { authReader: true, authDelegator: false }],
    [
      'what everybody has',
      [],
      [binding('system:discovery', group('system:authenticated')), binding('system:basic-user', group('system:authenticated'))],
      { authReader: false, authDelegator: false },
    ],
  ])('%s', async (_, inKubeSystem, everywhere, expected) => {
    const { source } = await start({ [IN_KUBE_SYSTEM]: list(...inKubeSystem), [EVERYWHERE]: list(...everywhere) });
    expect(facts(source)).toEqual({ state: 'observed', value: expected });
    expect(source.status(now)).toMatchObject({ source: 'role-bindings', state: 'ok', lastSuccess: NOW });
  });

  const REVIEWS = {
    rules: [
      { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      { apiGroups: ['authorization.k8s.io'], resources: ['*'], verbs: ['*'] },
    ],
  };
  it.each<[string, unknown, object]>([
    ['that grants both reviews', REVIEWS, { authReader: false, authDelegator: true }],
    ['that grants one review', { rules: REVIEWS.rules.slice(0, 1) }, { authReader: false, authDelegator: false }],
    [
      'that grants the ConfigMap',
      { rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['extension-apiserver-authentication'], verbs: ['get'] }] },
      { authReader: true, authDelegator: false },
    ],
    [
      'that grants another ConfigMap',
      { rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['other'], verbs: ['get'] }] },
      { authReader: false, authDelegator: false },
    ],
    ['that does not exist', 404, { authReader: false, authDelegator: false }],
    ['that may not be read: nobody knows', 403, {}],
    ['that is garbage', '{', {}],
  ])('a role of its own %s', async (_, role, expected) => {
    const { source, client } = await start({
      [IN_KUBE_SYSTEM]: list(),
      [EVERYWHERE]: list(binding('tide-gauge', TIDE)),
      [`${RBAC}/clusterroles/tide-gauge`]: role,
    });
    expect(client.asked).toContain(`${RBAC}/clusterroles/tide-gauge`);
    expect(facts(source)).toEqual({ state: 'observed', value: expected });
  });

  it('are there only when every pod has them, and unknown while an account is', async () => {
    const answers = { [IN_KUBE_SYSTEM]: list(READER), [EVERYWHERE]: list(DELEGATOR) };
    expect(facts((await start(answers, [pod('tide'), pod('other', 'b')])).source)).toEqual({
      state: 'observed',
      value: { authReader: false, authDelegator: false },
    });
    expect(facts((await start(answers, [pod('tide'), pod(undefined, 'b')])).source)).toMatchObject({ state: 'unobserved' });
    expect(facts((await start(answers, [])).source)).toMatchObject({ state: 'unobserved' });
  });

  it('are read page by page', async () => {
    const { source } = await start({
      [IN_KUBE_SYSTEM]: list(READER),
      [EVERYWHERE]: (path: string) =>
        path.includes('continue=next') ? list(DELEGATOR) : { ...list({ nonsense: true }), metadata: { continue: 'next' } },
    });
    expect(facts(source)).toEqual({ state: 'observed', value: { authReader: true, authDelegator: true } });
  });

  it('say which right is missing, and prove no absence from half of the bindings', async () => {
    const none = await start({ [IN_KUBE_SYSTEM]: 403, [EVERYWHERE]: 403 });
    expect(facts(none.source)).toEqual({ state: 'forbidden', rule: 'rbac.authorization.k8s.io/clusterrolebindings: list' });
    expect(none.source.status(now)).toMatchObject({ state: 'forbidden', rule: expect.stringContaining('rolebindings') });
    const half = await start({ [IN_KUBE_SYSTEM]: list(), [EVERYWHERE]: 403 });
    expect(facts(half.source)).toEqual({ state: 'observed', value: {} });
    const other = await start({ [IN_KUBE_SYSTEM]: 403, [EVERYWHERE]: list(DELEGATOR) });
    expect(facts(other.source)).toEqual({ state: 'observed', value: { authDelegator: true } });
  });

  it('stay known for a while when they cannot be read again, with one log line', async () => {
    const warned: string[] = [];
    const answers: Answers = { [IN_KUBE_SYSTEM]: list(READER), [EVERYWHERE]: list(DELEGATOR) };
    const { source, client } = await start(answers, [pod('tide')], { ...SILENT, warn: (_, message) => warned.push(message) });
    answers[IN_KUBE_SYSTEM] = 500;
    answers[EVERYWHERE] = new Error('connection refused');
    await read(client);
    await read(client);
    expect(facts(source)).toEqual({ state: 'observed', value: { authReader: true, authDelegator: true } });
    expect(source.status(now)).toMatchObject({ state: 'ok', lastSuccess: NOW, message: expect.stringContaining('500') });
    now += 11 * 60_000;
    expect(source.status(now)).toMatchObject({ state: 'stale', lastSuccess: NOW });
    expect(facts(source)).toEqual({ state: 'unobserved' });
    expect(warned).toEqual(['cannot read RoleBindings', 'cannot read ClusterRoleBindings']);
  });
});
