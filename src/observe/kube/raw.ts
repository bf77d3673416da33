/** Readers for objects that came over the network: what is not of its type reads as absent, never as something else. */
export type Raw = Readonly<Record<string, unknown>>;

export function rawObject(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

export function rawArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Undefined for anything but a string with characters. */
export function text(value: unknown, maxLength = 4096): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return value.length > maxLength ? `${value.slice(0, maxLength - 1)}…` : value;
}

export function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** RFC 3339 → Unix milliseconds. */
export function time(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}

export function stringMap(value: unknown): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [key, entry] of Object.entries(rawObject(value))) if (typeof entry === 'string') kept[key] = entry;
  return kept;
}

/** metadata.name and metadata.namespace; throws on an object that has no name. */
export function identityOf(raw: unknown): { readonly metadata: Raw; readonly name: string; readonly namespace: string } {
  const metadata = rawObject(rawObject(raw).metadata);
  const name = text(metadata.name);
  if (name === undefined) throw new TypeError('metadata.name is missing');
  return { metadata, name, namespace: text(metadata.namespace) ?? '' };
}
