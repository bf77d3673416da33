import { isIP } from 'node:net';
import { redacted } from '../redact/redact.ts';
import { parseQuantity } from './quantity.ts';
import type { Raw } from './raw.ts';

/**
 * Readers of fields of objects that came from the cluster. Whoever may write an object may write anything the kube-apiserver does
 * not check, so each gives a value of its type or nothing, and tells what it refused. null and a missing field are absent, not refused.
 */

/** A value that is not used. */
export interface Refusal {
  /** Path in the object without indices, e.g. `ports.port`. */
  readonly field: string;
  /** As JSON, shortened. */
  readonly value: string;
  /** In words: what would be used. */
  readonly allowed: string;
}

/** Told of each value that is refused; gives what is read in its place. */
export type Refuse = (field: string, value: unknown, allowed: string) => undefined;

/** For readers of which nobody asks what they refused. */
export const unheard: Refuse = () => undefined;

/** The object cannot be read as a whole: with this value unknown, what it says is not known. */
export class UnreadableError extends TypeError {
  override readonly name = 'UnreadableError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusalText(refusal));
    this.refusal = refusal;
  }
}

/** For a field without which nothing can be said of the object. @throws UnreadableError always. */
export const unreadable: Refuse = (field, value, allowed) => {
  throw new UnreadableError({ field, value: shortened(value), allowed });
};

export function refusalText({ field, value, allowed }: Refusal): string {
  return `${field} is ${value}; ${allowed} is allowed`;
}

const LONGEST_SHOWN = 60;

/** A value as one short line, whatever it is; nothing that may be megabytes is printed to be cut afterwards. */
export function shortened(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return value.length > LONGEST_SHOWN ? `${JSON.stringify(value.slice(0, LONGEST_SHOWN)).slice(0, -1)}…"` : JSON.stringify(value);
}

const absent = (value: unknown): value is null | undefined => value === undefined || value === null;
const NOTHING: Raw = {};
const NONE: readonly unknown[] = [];

export function objectOf(value: unknown, field: string, refuse: Refuse): Raw {
  if (absent(value)) return NOTHING;
  if (typeof value === 'object' && !Array.isArray(value)) return value as Raw;
  return refuse(field, value, 'an object') ?? NOTHING;
}

export function listOf(value: unknown, field: string, refuse: Refuse): readonly unknown[] {
  if (absent(value)) return NONE;
  return Array.isArray(value) ? value : (refuse(field, value, 'a list') ?? NONE);
}

/** A string with characters; longer ones are cut, for they are only shown. */
export function textOf(value: unknown, field: string, refuse: Refuse, maxLength = 4096): string | undefined {
  if (absent(value) || value === '') return undefined;
  if (typeof value !== 'string') return refuse(field, value, 'a text');
  return value.length > maxLength ? `${value.slice(0, maxLength - 1)}…` : value;
}

/** What somebody wrote, for people: without secrets before it is kept anywhere. */
export function proseOf(value: unknown, field: string, refuse: Refuse, maxLength?: number): string | undefined {
  const said = textOf(value, field, refuse, maxLength);
  return said === undefined ? undefined : redacted(said);
}

const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.:]{0,251}[A-Za-z0-9])?$/;

/** A name as Kubernetes gives them: it is put into paths, label values and commands. */
export function nameOf(value: unknown, field: string, refuse: Refuse): string | undefined {
  if (absent(value) || value === '') return undefined;
  return typeof value === 'string' && NAME.test(value)
    ? value
    : refuse(field, value, 'a name of letters, digits, dots and dashes up to 253 characters');
}

/** What would be another path, or a line of its own where it is printed. */
const NO_SEGMENT = /[/%\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const LONGEST_OBJECT_NAME = 253;

/**
 * metadata.name. Of some kinds it is any segment of a path: the APIService of the core group is called `v1.`, roles and their
 * bindings may hold spaces and `@` (apimachinery pkg/api/validation/path/name.go, 1.36).
 */
export function objectNameOf(value: unknown, field: string, refuse: Refuse): string | undefined {
  if (absent(value) || value === '') return undefined;
  const segment =
    typeof value === 'string' && value !== '.' && value !== '..' && value.length <= LONGEST_OBJECT_NAME && !NO_SEGMENT.test(value);
  return segment ? value : refuse(field, value, `a name without / and % up to ${LONGEST_OBJECT_NAME} characters`);
}

export function flagOf(value: unknown, field: string, refuse: Refuse): boolean | undefined {
  if (absent(value)) return undefined;
  return typeof value === 'boolean' ? value : refuse(field, value, 'true or false');
}

/** A port that a socket can have. The kube-apiserver does not check the number in an EndpointSlice (1.36). */
export function portOf(value: unknown, field: string, refuse: Refuse): number | undefined {
  if (absent(value)) return undefined;
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535 ? value : refuse(field, value, '1 to 65535');
}

/** An IP address as Kubernetes writes them, without a zone. */
export function addressOf(value: unknown, field: string, refuse: Refuse): string | undefined {
  if (absent(value) || value === '') return undefined;
  return typeof value === 'string' && !value.includes('%') && isIP(value) !== 0 ? value : refuse(field, value, 'an IP address');
}

export function countOf(value: unknown, field: string, refuse: Refuse): number | undefined {
  if (absent(value)) return undefined;
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : refuse(field, value, 'a whole number from 0');
}

/** A whole number of either sign, e.g. an exit code. */
export function integerOf(value: unknown, field: string, refuse: Refuse): number | undefined {
  if (absent(value)) return undefined;
  return Number.isSafeInteger(value) ? (value as number) : refuse(field, value, 'a whole number');
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** RFC 3339 → Unix milliseconds. */
export function timeOf(value: unknown, field: string, refuse: Refuse): number | undefined {
  if (absent(value)) return undefined;
  const at = typeof value === 'string' && RFC3339.test(value) ? Date.parse(value) : Number.NaN;
  return at >= 0 ? at : refuse(field, value, 'a time such as 2026-01-05T09:00:00Z');
}

/** In base units. */
export function quantityOf(value: unknown, field: string, refuse: Refuse): number | undefined {
  if (absent(value)) return undefined;
  const quantity = parseQuantity(value);
  return quantity !== undefined && quantity >= 0 ? quantity : refuse(field, value, 'a quantity such as 100m or 256Mi');
}

/** Labels, selectors: texts by name. One entry that is none makes the whole unknown, for it may be the one that matters. */
export function labelsOf(value: unknown, field: string, refuse: Refuse): Readonly<Record<string, string>> {
  const given = objectOf(value, field, refuse);
  for (const key in given) if (typeof given[key] !== 'string') return withoutOthers(given, field, refuse);
  return given as Readonly<Record<string, string>>;
}

function withoutOthers(given: Raw, field: string, refuse: Refuse): Readonly<Record<string, string>> {
  const kept: [string, string][] = [];
  for (const [key, entry] of Object.entries(given))
    if (typeof entry === 'string') kept.push([key, entry]);
    else refuse(field, entry, 'a text');
  return Object.fromEntries(kept);
}

/** Those of a list that are texts. */
export function textsOf(value: unknown, field: string, refuse: Refuse): readonly string[] {
  const list = listOf(value, field, refuse);
  if (list.every((entry) => typeof entry === 'string')) return list;
  return list.filter((entry): entry is string => {
    if (typeof entry !== 'string') refuse(field, entry, 'a text');
    return typeof entry === 'string';
  });
}

export interface Identity {
  readonly metadata: Raw;
  readonly name: string;
  readonly namespace: string;
}

/** metadata.name and metadata.namespace. @throws UnreadableError for an object without a name. */
export function identityOf(raw: unknown): Identity {
  const metadata = objectOf(objectOf(raw, 'the object', unreadable).metadata, 'metadata', unreadable);
  const name = objectNameOf(metadata.name, 'metadata.name', unreadable) ?? unreadable('metadata.name', metadata.name, 'a name');
  return { metadata, name: name ?? '', namespace: nameOf(metadata.namespace, 'metadata.namespace', unreadable) ?? '' };
}
