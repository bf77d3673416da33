/** What an aggregated server answers to GET /apis/<group>/<version>: apimachinery's APIResourceList. */
export type DiscoveryBody =
  | { readonly valid: true; readonly listable: readonly string[] }
  | { readonly valid: false; readonly problem: string };

/** A body of this size or more is judged by its first bytes: parsing it would hold up every probe. */
const MAX_PARSED = 256 * 1024;
const MAX_LISTABLE = 8;
/** Cheap to list, and never secret: preferred over the rest. */
const PREFERRED = ['nodes', 'namespaces'];

/**
 * @param complete false when the body was cut at our own limit.
 * @returns the plural names of resources that can be listed, best first, at most 8.
 */
export function readDiscovery(body: Buffer, groupVersion: string, complete: boolean): DiscoveryBody {
  if (!complete || body.length > MAX_PARSED) {
    const start = body.toString('latin1', 0, 4096);
    return start.includes('"APIResourceList"') ? { valid: true, listable: [] } : notAList(start);
  }
  const text = body.toString('utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return notAList(text);
  }
  if (!isRecord(parsed) || parsed.kind !== 'APIResourceList' || !Array.isArray(parsed.resources)) return notAList(text);
  if (parsed.groupVersion !== groupVersion)
    return { valid: false, problem: `discovery of ${JSON.stringify(parsed.groupVersion)} where ${groupVersion} was asked for` };
  return { valid: true, listable: listableOf(parsed.resources) };
}

function listableOf(resources: readonly unknown[]): string[] {
  const names = resources.flatMap((resource) => {
    if (!isRecord(resource) || typeof resource.name !== 'string' || !/^[a-z0-9.-]{1,253}$/.test(resource.name)) return [];
    return Array.isArray(resource.verbs) && resource.verbs.includes('list') ? [resource.name] : [];
  });
  const rank = (name: string): number => (PREFERRED.includes(name) ? 0 : 1);
  return names.sort((a, b) => rank(a) - rank(b)).slice(0, MAX_LISTABLE);
}

const notAList = (text: string): DiscoveryBody => ({
  valid: false,
  problem: text.trim() === '' ? 'an empty body instead of an APIResourceList' : `not an APIResourceList: ${text.slice(0, 120)}`,
});

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list answer, as far as its first bytes tell: JSON with a kind that ends in List. Undefined = it is one. */
export function listProblem(body: Buffer): string | undefined {
  const start = body.toString('latin1', 0, 4096);
  if (/^\s*\{/.test(start) && /"kind"\s*:\s*"[A-Za-z]{0,120}List"|"items"\s*:/.test(start)) return undefined;
  return start.trim() === '' ? 'an empty body instead of a list' : `not a list: ${start.slice(0, 120)}`;
}
