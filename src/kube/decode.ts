import type { ResourceSpec } from './api.ts';
import { nameOf, objectNameOf, type Refusal, type Refuse, shortened, unreadable } from './fields.ts';
import { FieldReader, type FieldTree } from './json-fields.ts';
import { withoutManagedFields } from './managed-fields.ts';

/** An object of a list or of a watch event, ready for the store. */
export interface Decoded<T> {
  /** `<namespace>/<name>` or `<name>` */
  readonly key: string;
  readonly resourceVersion: string;
  /** Undefined when the spec drops it. */
  readonly object: T | undefined;
  /** Values of it that are not used; undefined when there is none. */
  readonly refused: readonly Refusal[] | undefined;
}

/** The content of the object can't be read: what we held of it is no longer true. Without key it is not known which object that is. */
export class MalformedObjectError extends Error {
  override readonly name = 'MalformedObjectError';
  readonly key: string | undefined;
  /** Why, without the object. */
  readonly why: string;

  constructor(key: string | undefined, cause: unknown) {
    super(`${key ?? 'an object without a name that can be used'} cannot be read`, { cause });
    this.key = key;
    // What JSON.parse says of a text quotes the text.
    this.why = cause instanceof SyntaxError ? 'it is no JSON that can be read' : (cause as Error).message.slice(0, 300);
  }
}

/** Refusals of one object that are kept; a list of a thousand bad entries says the same in each. */
const MAX_REFUSALS = 8;

/** Bytes of one object → what the spec keeps of it. Throws MalformedObjectError. */
export function createDecoder<T>(spec: ResourceSpec<T>): (bytes: Buffer, start: number, end: number) => Decoded<T> {
  const parse = createParser(spec);
  let refused: Refusal[] | undefined;
  const refuse: Refuse = (field, value, allowed) => {
    refused ??= [];
    if (refused.length < MAX_REFUSALS) refused.push({ field, value: shortened(value), allowed });
    return undefined;
  };
  return (bytes, start, end) => {
    let key: string | undefined;
    refused = undefined;
    try {
      const raw = parse(bytes, start, end) as { metadata?: { name?: unknown; namespace?: unknown; resourceVersion?: unknown } } | null;
      const { name: givenName, namespace: givenNamespace, resourceVersion } = raw?.metadata ?? {};
      const name = objectNameOf(givenName, 'metadata.name', unreadable) ?? unreadable('metadata.name', givenName, 'a name') ?? '';
      const namespace = nameOf(givenNamespace, 'metadata.namespace', unreadable);
      key = namespace === undefined ? name : joined(namespace, name);
      const object = spec.project(raw, refuse);
      return { key, resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '', object, refused };
    } catch (error) {
      throw new MalformedObjectError(key, error);
    }
  };
}

function createParser(spec: ResourceSpec<unknown>): (bytes: Buffer, start: number, end: number) => unknown {
  if (spec.fields) {
    const reader = new FieldReader(withIdentity(spec.fields));
    return (bytes, start, end) => reader.read(bytes, start, end);
  }
  if (spec.keepManagers) return (bytes, start, end) => JSON.parse(bytes.toString('utf8', start, end));
  return (bytes, start, end) => JSON.parse(withoutManagedFields(bytes, start, end));
}

function withIdentity(fields: FieldTree): FieldTree {
  const metadata = fields.metadata;
  if (metadata === true) return fields;
  return { ...fields, metadata: { ...metadata, name: true, namespace: true, uid: true, resourceVersion: true } };
}

const scratch = Buffer.alloc(1024);

/** `<namespace>/<name>` in one piece: a template string would hold its two parts beside the result, for each of 10,000 pods. */
function joined(namespace: string, name: string): string {
  const key = `${namespace}/${name}`;
  if (key.length > scratch.length || !/^[\x20-\x7e]*$/.test(key)) return key;
  return scratch.toString('latin1', 0, scratch.write(key, 'latin1'));
}
