/** The value, where its absence is a fault of the simulator, which imports no other room. @throws Error that names what is not there. */
export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is not there, which is a fault of the simulator`);
  return value;
}
