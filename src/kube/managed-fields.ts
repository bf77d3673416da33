const KEY = Buffer.from('"managedFields":[');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/**
 * The JSON text of an object without its metadata.managedFields, which is a third of most objects and never kept.
 * The key is found as bytes: inside a string its quotes would be escaped, so it can't match there.
 */
export function withoutManagedFields(bytes: Buffer, start: number, end: number): string {
  const found = bytes.indexOf(KEY, start);
  if (found < 0 || found >= end) return bytes.toString('utf8', start, end);
  const after = endOfArray(bytes, found + KEY.length - 1, end);
  if (after < 0) return bytes.toString('utf8', start, end);
  // One of the two commas around the key goes with it.
  const before = bytes[found - 1] === COMMA ? found - 1 : found;
  const rest = before === found && bytes[after] === COMMA ? after + 1 : after;
  return bytes.toString('utf8', start, before) + bytes.toString('utf8', rest, end);
}

function endOfArray(bytes: Buffer, start: number, end: number): number {
  let depth = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i];
    if (c === QUOTE) {
      for (i++; i < end && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++;
    } else if (c === 0x5b || c === 0x7b) depth++;
    else if ((c === 0x5d || c === 0x7d) && --depth === 0) return i + 1;
  }
  return -1;
}

/** One entry of metadata.managedFields, as far as we read it. */
interface ManagedFieldsEntry {
  readonly manager?: unknown;
  readonly operation?: unknown;
  readonly subresource?: unknown;
  readonly time?: unknown;
  readonly fieldsV1?: Record<string, unknown>;
}

export interface Writer {
  readonly manager: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/**
 * Who wrote last to the object itself (not to its status), or, with a path such as ['f:spec', 'f:caBundle'], who wrote that field.
 * Undefined when managedFields are not there.
 */
export function lastWriter(managedFields: unknown, path: readonly string[] = []): Writer | undefined {
  if (!Array.isArray(managedFields)) return undefined;
  let newest: Writer | undefined;
  for (const entry of managedFields as (ManagedFieldsEntry | null)[]) {
    if (!entry || !isOfObject(entry) || !owns(entry.fieldsV1, path)) continue;
    const writer = writerOf(entry);
    if (writer && (!newest || writer.at >= newest.at)) newest = writer;
  }
  return newest;
}

const isOfObject = ({ subresource }: ManagedFieldsEntry): boolean =>
  subresource === undefined || subresource === '' || subresource === 'scale';

/** Undefined when name or time cannot be used. */
function writerOf({ manager, time }: ManagedFieldsEntry): Writer | undefined {
  if (typeof manager !== 'string' || typeof time !== 'string') return undefined;
  const at = Date.parse(time);
  return Number.isNaN(at) ? undefined : { manager, at };
}

function owns(fields: unknown, path: readonly string[]): boolean {
  let at: unknown = fields ?? {};
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !(key in at)) return false;
    at = (at as Record<string, unknown>)[key];
  }
  return true;
}
