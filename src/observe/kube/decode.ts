import type { ResourceSpec } from './api.ts';
import { FieldReader, type FieldTree } from './json-fields.ts';
import { withoutManagedFields } from './managed-fields.ts';

/** An object of a list or of a watch event, ready for the store. */
export interface Decoded<T> {
  /** `<namespace>/<name>` or `<name>` */
  readonly key: string;
  readonly resourceVersion: string;
  /** Undefined when the spec drops it. */
  readonly object: T | undefined;
}

/** The object has an identity, but its content can't be read: what we held of it is no longer true. */
export class MalformedObjectError extends Error {
  override readonly name = 'MalformedObjectError';
  readonly key: string | undefined;

  constructor(key: string | undefined, cause: unknown) {
    super(`${key ?? 'an object'}: ${(cause as Error).message}`, { cause });
    this.key = key;
  }
}

/** Bytes of one object → what the spec keeps of it. Throws MalformedObjectError. */
export function createDecoder<T>(spec: ResourceSpec<T>): (bytes: Buffer, start: number, end: number) => Decoded<T> {
  const parse = createParser(spec);
  return (bytes, start, end) => {
    let key: string | undefined;
    try {
      const raw = parse(bytes, start, end) as { metadata?: { name?: unknown; namespace?: unknown; resourceVersion?: unknown } };
      const { name, namespace, resourceVersion } = raw.metadata ?? {};
      if (typeof name !== 'string' || name === '') throw new TypeError('it has no metadata.name');
      key = typeof namespace === 'string' && namespace !== '' ? joined(namespace, name) : name;
      return { key, resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '', object: spec.project(raw) };
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
