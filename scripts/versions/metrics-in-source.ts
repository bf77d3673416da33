import { readFileSync } from 'node:fs';

/**
 * A metric of the kube-apiserver as its source declares it: k8s.io/apiserver pkg/endpoints/metrics, pkg/storage, pkg/util/flowcontrol/metrics and
 * pkg/server/egressselector/metrics, and k8s.io/kube-aggregator pkg/controllers/status/metrics, v0.34.3, v0.35.4, v0.36.3 and v0.37.2. (The catalogue
 * in test/instrumentation/documentation of k8s.io/kubernetes v1.34.3 is older than its source: it has neither `apiserver_resource_objects` nor `group`.)
 */
export interface DeclaredMetric {
  readonly name: string;
  readonly labels: readonly string[];
  readonly stability: 'ALPHA' | 'BETA' | 'STABLE';
  /** The version that deprecates it. */
  readonly deprecated?: string;
  /** Minor versions that declare it so. */
  readonly versions: readonly string[];
}

/** Minor versions for which a deprecated metric is still served (k8s.io/component-base v0.36.3 metrics/registry.go). */
const SERVED_ON = { ALPHA: 0, BETA: 1, STABLE: 3 } as const;
const SUFFIX = /_(?:sum|count|bucket)$/;

export function declaredMetrics(): DeclaredMetric[] {
  return readFileSync(new URL('metrics.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as DeclaredMetric);
}

/** Minor versions in whose /metrics a name may stand: declared, and not hidden. */
export function servedBy(name: string, all: readonly DeclaredMetric[] = declaredMetrics()): string[] {
  const family = all.some((one) => one.name === name) ? name : name.replace(SUFFIX, '');
  return all
    .filter((one) => one.name === family)
    .flatMap((one) => one.versions.filter((version) => !hiddenIn(version, one)))
    .sort();
}

function hiddenIn(version: string, { stability, deprecated }: DeclaredMetric): boolean {
  return deprecated !== undefined && minorOf(version) >= minorOf(deprecated) + SERVED_ON[stability];
}

const minorOf = (version: string): number => Number(version.split('.')[1]);
