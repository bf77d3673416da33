/** What stern prints when it begins to follow a container (stern 1.33 stern/tail.go printStarting); with several namespaces it names that one too. */
const STARTS = /^[+-] (?:([a-z0-9][a-z0-9-]{0,62}) )?([a-z0-9][a-z0-9.-]{0,252}) › ([a-z0-9][a-z0-9-]{0,62})\s*$/;
const MOST_CONTAINERS = 1000;
const LONGEST_PREFIX = 400;

/** Lines of containers that stern said it follows: these it prefixes whatever they print. */
export class SternReader {
  readonly #prefixes = new Set<string>();

  /** Length of what stern put before a line; 0 when it put nothing there. */
  prefixLength(line: string): number {
    const sign = line.charCodeAt(0);
    if ((sign === 43 || sign === 45) && line.includes('›')) this.#start(line);
    if (this.#prefixes.size === 0) return 0;
    let end = line.indexOf(' ');
    for (let word = 0; word < 3 && end > 0 && end < LONGEST_PREFIX; word++, end = line.indexOf(' ', end + 1))
      if (this.#prefixes.has(line.slice(0, end))) return end + 1;
    // Of an empty line nothing but the prefix is left.
    return line.length < LONGEST_PREFIX && this.#prefixes.has(line.trimEnd()) ? line.length : 0;
  }

  #start(line: string): void {
    const [, namespace, pod = '', container = ''] = STARTS.exec(line.slice(0, LONGEST_PREFIX)) ?? [];
    if (pod === '' || this.#prefixes.size >= MOST_CONTAINERS) return;
    this.#prefixes.add(namespace === undefined ? `${pod} ${container}` : `${namespace} ${pod} ${container}`);
  }
}
