import { describe, expect, it } from 'vitest';
import { rightToWatch } from '../../src/kube/right.ts';
import { ruleOf } from '../../src/source/right.ts';

describe('the right to watch', () => {
  it.each([
    ['/api/v1/pods', 'pods: list, watch'],
    ['/apis/discovery.k8s.io/v1/endpointslices', 'discovery.k8s.io/endpointslices: list, watch'],
    ['/apis/metrics.k8s.io/v1beta1/pods', 'metrics.k8s.io/pods: list, watch'],
    ['/api/v1/namespaces/harbour/configmaps', 'configmaps: list, watch (namespace harbour)'],
  ])('%s is %s', (path, rule) => {
    expect(ruleOf(rightToWatch(path))).toBe(rule);
  });

  it.each(['/pods', '/api/pods', '/apis/apps/deployments', '/api/v1/namespaces/harbour/pods/tide-gauge', ''])(
    'is not read from %j',
    (path) => {
      expect(() => rightToWatch(path)).toThrow(/is no collection/);
    },
  );
});

describe('a rule in words', () => {
  it.each([
    [{ url: '/metrics' }, 'nonResourceURLs /metrics: get'],
    [
      { group: 'rbac.authorization.k8s.io', resources: ['roles', 'clusterroles'], verbs: ['get'] },
      'rbac.authorization.k8s.io/roles, clusterroles: get',
    ],
    [
      { group: '', resources: ['configmaps'], verbs: ['get'], namespace: 'kube-system', object: 'tides' },
      'configmaps: get (kube-system/tides)',
    ],
  ] as const)('%j', (right, rule) => {
    expect(ruleOf(right)).toBe(rule);
  });
});
