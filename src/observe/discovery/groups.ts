/** Maps by namespace (or Service); an empty group goes. */
export class Groups<T> {
  readonly #groups = new Map<string, Map<string, T>>();
  readonly #none: ReadonlyMap<string, T> = new Map();

  names(): Iterable<string> {
    return this.#groups.keys();
  }

  of(group: string): ReadonlyMap<string, T> {
    return this.#groups.get(group) ?? this.#none;
  }

  set(group: string, key: string, value: T): void {
    const members = this.#groups.get(group);
    if (members) members.set(key, value);
    else this.#groups.set(group, new Map([[key, value]]));
  }

  delete(group: string, key: string): void {
    const members = this.#groups.get(group);
    members?.delete(key);
    if (members?.size === 0) this.#groups.delete(group);
  }
}
