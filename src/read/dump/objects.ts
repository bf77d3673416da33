import { load } from 'js-yaml';
import { rawArray, rawObject } from '../../kube/raw.ts';
import type { DumpFile } from './dump-file.ts';

/** Kinds that we read; everything else of a dump is skipped unparsed. */
export const KINDS = [
  'APIService',
  'Service',
  'EndpointSlice',
  'Endpoints',
  'Pod',
  'Event',
  'Node',
  'Deployment',
  'DaemonSet',
  'StatefulSet',
  'NetworkPolicy',
  'CronJob',
] as const;
export type Kind = (typeof KINDS)[number];

export type ObjectsByKind = ReadonlyMap<Kind, readonly unknown[]>;

const LARGEST_JSON = 128 * 2 ** 20;
const LARGEST_YAML = 16 * 2 ** 20;
/** Of all files together. */
const MOST_BYTES = 2 ** 30;
const KIND_SET: ReadonlySet<string> = new Set(KINDS);
const MENTIONS_KIND = new RegExp(`\\bkind["']?\\s*:\\s*["']?(?:${KINDS.join('|')})(?:List)?["']?\\s*[,}\\r\\n]`);
const MENTIONS_LIST = /\bkind["']?\s*:\s*["']?List\b/;

/** Plural of a kind as dumps name files and folders, e.g. `pods.json`, `pods/kube-system.json`. */
const KIND_OF_PLURAL: ReadonlyMap<string, Kind> = new Map(
  KINDS.map(
    (kind) => [kind === 'Endpoints' ? 'endpoints' : kind === 'NetworkPolicy' ? 'networkpolicies' : `${kind.toLowerCase()}s`, kind] as const,
  ),
);
const OTHER_NAMES: ReadonlyMap<string, Kind> = new Map([['network-policy', 'NetworkPolicy']]);

/** Every Kubernetes object in the JSON and YAML files. A file that is broken is noted and skipped. */
export async function readObjects(files: readonly DumpFile[], note: (text: string) => void): Promise<ObjectsByKind> {
  const objects = new Map<Kind, unknown[]>();
  let bytes = 0;
  for (const file of files) {
    const format = formatOf(file);
    if (!format) continue;
    const size = await file.size();
    if (size > (format === 'json' ? LARGEST_JSON : LARGEST_YAML)) {
      note(`${file.segments.join('/')} is too large to read: ${Math.ceil(size / 2 ** 20)} MiB`);
      continue;
    }
    bytes += size;
    if (bytes > MOST_BYTES) {
      note(`more than ${MOST_BYTES / 2 ** 20} MiB of objects: the rest is left out`);
      return objects;
    }
    const refuse = (error: unknown) => note(`${file.segments.join('/')} is not readable: ${(error as Error).message.split('\n')[0] ?? ''}`);
    try {
      for (const document of documentsOf(await file.text(), format, hintOf(file), refuse)) collect(document, hintOf(file), objects);
    } catch (error) {
      refuse(error);
    }
  }
  return objects;
}

function formatOf({ segments }: DumpFile): 'json' | 'yaml' | undefined {
  const name = segments.at(-1) ?? '';
  return name.endsWith('.json') ? 'json' : /\.ya?ml$/.test(name) ? 'yaml' : undefined;
}

/** Between the documents of a stream (YAML 1.2, 9.2). */
const YAML_MARK = /^---(?=[ \t\r\n]|$)/m;
/** Between JSON documents that were written one behind the other, as by `kubectl get -o json >> FILE`. */
const JSON_MARK = /(?<=\n\}[ \t]{0,8}\r?\n)(?=\{)/;

/** Those that may hold what we read. One that is broken is refused, once for a file, and takes no other with it. */
function* documentsOf(text: string, format: 'json' | 'yaml', hint: Kind | undefined, refuse: (error: unknown) => void): Generator<unknown> {
  let refused = false;
  const parts = text.split(format === 'json' ? JSON_MARK : YAML_MARK);
  for (const part of parts) {
    // Before the mark that a file of oc begins with, and behind one at its end.
    if (parts.length > 1 && part.trim() === '') continue;
    if (!MENTIONS_KIND.test(part) && !MENTIONS_LIST.test(part) && !hint) continue;
    try {
      yield format === 'json' ? JSON.parse(part) : load(part);
    } catch (error) {
      if (!refused) refuse(error);
      refused = true;
    }
  }
}

function hintOf({ segments }: DumpFile): Kind | undefined {
  for (const segment of [...segments].reverse().slice(0, 2)) {
    const name = segment.replace(/\.(?:json|ya?ml)$/, '').toLowerCase();
    const kind = KIND_OF_PLURAL.get(name) ?? OTHER_NAMES.get(name);
    if (kind) return kind;
  }
  return undefined;
}

/** A List, a PodList, a bare array (support bundles), or one object. Items of a typed list carry no kind of their own. */
function collect(document: unknown, hint: Kind | undefined, objects: Map<Kind, unknown[]>): void {
  if (Array.isArray(document)) {
    for (const item of document) add(item, hint, objects);
    return;
  }
  const { kind, items } = rawObject(document);
  if (typeof kind === 'string' && kind.endsWith('List')) {
    const of = kind.slice(0, -'List'.length);
    // Go's clients write a list without items as null: somebody looked, and there was no pod.
    if (of === 'Pod' && !objects.has(of)) objects.set(of, []);
    for (const item of rawArray(items)) add(item, isKind(of) ? of : hint, objects);
  } else if (kind === undefined && items !== undefined) for (const item of rawArray(items)) add(item, hint, objects);
  else add(document, undefined, objects);
}

function add(object: unknown, assumed: Kind | undefined, objects: Map<Kind, unknown[]>): void {
  const { kind } = rawObject(object);
  const own = typeof kind === 'string' && kind ? kind : assumed;
  if (own === undefined || !isKind(own)) return;
  const of = objects.get(own);
  if (of) of.push(object);
  else objects.set(own, [object]);
}

function isKind(kind: string): kind is Kind {
  return KIND_SET.has(kind);
}
