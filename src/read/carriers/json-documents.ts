import { rawArray, rawObject } from '../../kube/raw.ts';
import type { Enveloped } from './carrier.ts';
import { ENVELOPES } from './envelopes.ts';

/** Deeper ones are no document of these programs; laid out they would cost the square of their depth. */
const DEEPEST = 60;

/** What a JSON text carries, or its Kubernetes objects one field a line; undefined when it is neither, e.g. a log line of its own. */
export function openJson(text: string): readonly Enveloped[] | undefined {
  if (depthOf(text) > DEEPEST) return undefined;
  const document = parsed(text);
  return document === undefined ? undefined : (opened(document) ?? laidOut(document));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function opened(document: unknown): readonly Enveloped[] | undefined {
  if (!Array.isArray(document)) return openedObject(rawObject(document));
  const found = document.flatMap((one) => openedObject(rawObject(one)) ?? []);
  return found.length > 0 ? found : undefined;
}

function openedObject(document: Readonly<Record<string, unknown>>): readonly Enveloped[] | undefined {
  for (const { open } of ENVELOPES) {
    const found = open(document);
    if (found) return found;
  }
  return undefined;
}

/** An error and a discovery document say what they say in one line. */
const IN_ONE_LINE: ReadonlySet<unknown> = new Set(['Status', 'APIResourceList', 'APIGroupList', 'APIGroup', 'APIVersions']);

/** Objects as `kubectl -o json` prints them: the kind first, and one in each item of a typed list, which has none on the wire. */
function laidOut(document: unknown): readonly Enveloped[] | undefined {
  const { kind, apiVersion, items } = rawObject(document);
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') return undefined;
  if (IN_ONE_LINE.has(kind)) return undefined;
  const own = kind.endsWith('List') ? kind.slice(0, -'List'.length) : '';
  const whole =
    own === '' || !Array.isArray(items)
      ? kindFirst(rawObject(document), kind)
      : { kind, apiVersion, items: rawArray(items).map((item) => kindFirst(rawObject(item), String(rawObject(item).kind ?? own))) };
  return [{ head: '', body: JSON.stringify(whole, null, 1) }];
}

function kindFirst({ kind: _, ...rest }: Readonly<Record<string, unknown>>, kind: string): Readonly<Record<string, unknown>> {
  return { kind, ...rest };
}

/** How deep brackets stand in each other, without those in texts. */
export function depthOf(text: string): number {
  const scan = new DepthScan();
  scan.push(text);
  return scan.deepest;
}

/** Follows the brackets of a JSON text that comes in parts; a text does not go over a line's end. */
export class DepthScan {
  depth = 0;
  deepest = 0;

  push(line: string): void {
    for (let at = 0; at < line.length; at++) {
      const code = line.charCodeAt(at);
      if (code === QUOTE) at = closing(line, at);
      else if (code === BRACE || code === BRACKET) this.deepest = Math.max(this.deepest, ++this.depth);
      else if (code === BRACE + 2 || code === BRACKET + 2) this.depth--;
    }
  }
}

const QUOTE = 34;
const BACKSLASH = 92;
const BRACE = 123;
const BRACKET = 91;

function closing(line: string, open: number): number {
  for (let at = open + 1; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return line.length;
}
