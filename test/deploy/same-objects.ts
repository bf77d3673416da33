import { load } from 'js-yaml';
import type { Manifest } from './manifests.ts';

const OF_HELM = new Set(['helm.sh/chart', 'app.kubernetes.io/instance', 'app.kubernetes.io/version', 'app.kubernetes.io/managed-by']);
/** Appended by kustomize to the names of what it generates. */
const HASH = /^(aggregated-api-exporter)-[a-z0-9]{10}$/;
const OPEN_KINDS = new Set(['ClusterRole', 'ClusterRoleBinding', 'Namespace']);

/**
 * Objects by kind and name, in one form for what kustomize and Helm make: without the labels that Helm alone sets, the checksum that is in a
 * name for the one and in an annotation for the other, hooks, empty maps, and the text of a configuration as its meaning.
 */
export function comparable(objects: readonly Manifest[]): Readonly<Record<string, unknown>> {
  const entries = objects
    .filter(({ metadata }) => !('helm.sh/hook' in ((metadata as { annotations?: object }).annotations ?? {})))
    .map((object) => {
      const plain = simplified(object) as { kind: string; metadata: { name: string; namespace?: string }; data?: Record<string, string> };
      if (OPEN_KINDS.has(plain.kind)) delete plain.metadata.namespace;
      if (plain.data?.['config.yaml']) plain.data['config.yaml'] = load(plain.data['config.yaml']) as string;
      return [`${plain.kind} ${plain.metadata.name}`, plain] as const;
    });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The order of named things, volumes for one, means nothing; other lists keep theirs. */
function byName(a: unknown, b: unknown): number {
  const [left, right] = [a, b].map((one) => (one as { name?: string } | null)?.name);
  if (typeof left !== 'string' || typeof right !== 'string') return 0;
  return left < right ? -1 : 1;
}

function simplified(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(HASH, '$1');
  if (Array.isArray(value)) return value.map(simplified).sort(byName);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .filter(([key]) => !OF_HELM.has(key) && key !== 'checksum/config')
    .map(([key, of]) => [key, simplified(of)] as const)
    .filter(([key, of]) => !(['annotations', 'labels'].includes(key) && Object.keys(of as object).length === 0));
  return Object.fromEntries(kept);
}
