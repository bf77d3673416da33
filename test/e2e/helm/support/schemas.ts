import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kube } from '../../cluster/harness/kube.ts';

interface Schema {
  readonly properties?: object;
  readonly additionalProperties?: unknown;
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
  readonly 'x-kubernetes-group-version-kind'?: readonly { readonly group: string; readonly version: string; readonly kind: string }[];
}

/**
 * JSON Schemas for kubeconform, out of the kube-apiserver's own /openapi/v3: a file for each kind. Fields that are not declared are refused,
 * as with `kubectl apply --validate=strict`. Answers with the `-schema-location`.
 */
export async function schemasOf(kube: Kube): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'schemas-'));
  const { paths } = await kube.get('/openapi/v3');
  for (const path of Object.keys(paths).filter((one) => /^(api|apis\/[^/]+)\/[^/]+$/.test(one))) {
    const answer = await kube.raw('GET', `/openapi/v3/${path}`);
    // An aggregated API may be down.
    if (answer.status !== 200) continue;
    const { components } = closed(JSON.parse(answer.body)) as { components: { schemas: Readonly<Record<string, Schema>> } };
    for (const [name, schema] of Object.entries(components.schemas))
      for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
        if (`${group === '' ? 'api' : `apis/${group}`}/${version}` !== path) continue;
        // kubeconform takes the version of the core group for its group.
        const file = `${kind}-${group || version}-${version}.json`.toLowerCase();
        writeFileSync(join(folder, file), JSON.stringify({ $ref: `#/components/schemas/${name}`, components }));
      }
  }
  return join(folder, '{{.ResourceKind}}-{{.Group}}-{{.ResourceAPIVersion}}.json');
}

function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const { properties, additionalProperties, 'x-kubernetes-preserve-unknown-fields': open } = value as Schema;
  const plain = Object.fromEntries(Object.entries(value).map(([key, of]) => [key, closed(of)]));
  const declared = typeof properties === 'object' && additionalProperties === undefined && !open && 'type' in value;
  return declared ? { ...plain, additionalProperties: false } : plain;
}
