/** The value, where its absence is a fault of the program. @throws Error that names what is not there. */
export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is not there, which is a fault of this program`);
  return value;
}
