import { readdirSync, readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';

const DEPLOY = new URL('../../deploy/', import.meta.url);

/** A manifest; tests read few fields and spell them where they use them. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

export interface Kustomization {
  readonly namespace: string;
  readonly resources: readonly string[];
  readonly labels?: readonly { readonly pairs: Readonly<Record<string, string>>; readonly includeSelectors?: boolean }[];
  readonly configMapGenerator?: readonly { readonly name: string; readonly files: readonly string[]; readonly behavior?: string }[];
  readonly patches?: readonly { readonly path: string }[];
}

export function textOf(path: string): string {
  return readFileSync(new URL(path, DEPLOY), 'utf8');
}

export function filesOf(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, DEPLOY)).sort();
}

export function documentsOf<T>(path: string): T[] {
  return loadAll(textOf(path)) as T[];
}

export function kustomizationOf(folder: string): Kustomization {
  return documentsOf<Kustomization>(`${folder}/kustomization.yaml`)[0]!;
}

/** All manifests that `kubectl apply -k deploy/kubernetes` makes, but for the generated ConfigMap. */
export function manifests(): Manifest[] {
  return kustomizationOf('kubernetes').resources.flatMap((file) => documentsOf<Manifest>(`kubernetes/${file}`));
}

export function only<T extends Manifest>(kind: string): T {
  const found = manifests().filter((manifest) => manifest.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} manifests of kind ${kind}: exactly one is expected`);
  return found[0] as T;
}
