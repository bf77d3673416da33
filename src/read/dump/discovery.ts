import type { ApiFacts, ReportFacts, SignatureCount } from '../../domain/snapshot.ts';
import { rawArray, rawObject } from '../../kube/raw.ts';
import { isBuiltIn } from '../text/apis.ts';
import { readText } from '../text/read-text.ts';
import type { DumpFile } from './dump-file.ts';

/**
 * Where troubleshoot writes what client-go's ServerGroupsAndResources gave (0.133 pkg/collect/cluster_resources.go apiResources): an array of
 * APIResourceLists, and beside it what it said of the groups that did not answer. It takes the CustomResourceDefinitions too, in a list.
 */
const ERRORS = /(?:^|\/)cluster-resources\/groups-resources-errors\.json$/;
const RESOURCES = /(?:^|\/)cluster-resources\/resources\.json$/;
const CUSTOM = /(?:^|\/)cluster-resources\/custom-resource-definitions\.json$/;
const LARGEST = 32 * 2 ** 20;
const MOST_APIS = 200;

/** What is said of one API beside the objects of a dump: by discovery, or by a table that lies beside it. */
export interface Discovered {
  readonly reported?: ReportFacts;
  readonly condition?: ApiFacts['condition'];
  readonly backend?: ApiFacts['backend'];
  readonly textMatches: readonly SignatureCount[];
}

/** The aggregated APIs that a support bundle's discovery met, by name: most of its word on APIServices, of which it takes none. */
export async function discoveryOf(files: readonly DumpFile[], note: (text: string) => void): Promise<ReadonlyMap<string, Discovered>> {
  const read = (pattern: RegExp): Promise<unknown> => documentOf(files, pattern, note);
  const served = servedIn(await read(RESOURCES), await read(CUSTOM));
  return new Map([...served, ...failedIn(await read(ERRORS))].slice(0, MOST_APIS));
}

/** Undefined where there is none, or none that can be read. */
async function documentOf(files: readonly DumpFile[], pattern: RegExp, note: (text: string) => void): Promise<unknown> {
  const file = files.find(({ segments }) => pattern.test(segments.join('/')));
  if (!file || (await file.size()) > LARGEST) return undefined;
  try {
    return JSON.parse(await file.text());
  } catch (error) {
    note(`${file.segments.join('/')} is not readable: ${(error as Error).message.split('\n')[0] ?? ''}`);
    return undefined;
  }
}

/** Groups of which discovery listed resources, and which are neither built in nor custom resources. Where these are not known, none is. */
function servedIn(resources: unknown, custom: unknown): [string, Discovered][] {
  const { kind, items } = rawObject(custom);
  if (kind !== 'CustomResourceDefinitionList') return [];
  const local = new Set(rawArray(items).map((item) => rawObject(rawObject(item).spec).group));
  return rawArray(resources).flatMap((one) => {
    const { groupVersion, resources: listed } = rawObject(one);
    const [group = '', version, more] = typeof groupVersion === 'string' ? groupVersion.split('/') : [];
    const isAggregated = version !== undefined && more === undefined && !isBuiltIn(group) && !local.has(group);
    return isAggregated && rawArray(listed).length > 0 ? [[`${version}.${group}`, ANSWERED] as [string, Discovered]] : [];
  });
}

const ANSWERED: Discovered = { reported: { state: 'healthy', because: 'discovery listed its resources' }, textMatches: [] };

function failedIn(errors: unknown): [string, Discovered][] {
  const lines = rawArray(errors).filter((line) => typeof line === 'string');
  return (readText(lines.join('\n')).at(-1)?.apis ?? []).flatMap(({ name, group, reported, textMatches }): [string, Discovered][] =>
    group !== '' && reported?.state === 'failing' ? [[name, { reported, textMatches }]] : [],
  );
}
