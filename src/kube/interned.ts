/**
 * One copy of what many objects have in common: pods of one Deployment share labels, containers and limits. The pool is emptied
 * when it is full; objects that hold a value keep it, only later ones get a new copy.
 */
export function createPool<T>(capacity: number): (value: T) => T {
  const pool = new Map<string, T>();
  return (value) => {
    const key = typeof value === 'string' ? value : JSON.stringify(value);
    const known = pool.get(key);
    if (known !== undefined) return known;
    if (pool.size >= capacity) pool.clear();
    pool.set(key, value);
    return value;
  };
}
