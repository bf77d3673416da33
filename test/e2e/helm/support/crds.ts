import { setTimeout as sleep } from 'node:timers/promises';
import type { Kube } from '../../cluster/harness/kube.ts';

const KINDS = [
  ['monitoring.coreos.com', 'v1', 'ServiceMonitor'],
  ['monitoring.coreos.com', 'v1', 'PodMonitor'],
  ['monitoring.coreos.com', 'v1', 'PrometheusRule'],
  ['operator.victoriametrics.com', 'v1beta1', 'VMRule'],
  ['operator.victoriametrics.com', 'v1beta1', 'VMServiceScrape'],
] as const;

/**
 * The operators' kinds with an open schema: their own CRDs are in no Go module that is at hand. test/generate/formats.test.ts holds the
 * fields of the rules, here they only have to be taken.
 */
export async function installCrds(kube: Kube): Promise<void> {
  for (const [group, version, kind] of KINDS) {
    const singular = kind.toLowerCase();
    const plural = `${singular}s`;
    await kube.apply(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind, singular, plural, listKind: `${kind}List` },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                required: ['spec'],
                properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
              },
            },
          },
        ],
      },
    });
  }
  for (const [group, version] of KINDS) while ((await kube.raw('GET', `/apis/${group}/${version}`)).status !== 200) await sleep(200);
}
