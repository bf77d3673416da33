/** For answers of which nothing is kept but what is there: what is not of its type reads as absent. Objects are read by fields.ts. */
export type Raw = Readonly<Record<string, unknown>>;

export function rawObject(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

export function rawArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
