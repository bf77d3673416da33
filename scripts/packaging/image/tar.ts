/** What of an archive is written. */
export interface TarEntry {
  /** Relative, without a slash at its end. */
  readonly path: string;
  /** Undefined: a folder. */
  readonly content?: () => Buffer;
  /** 0644 and 0755, where nothing is said. */
  readonly mode?: number;
}

const BLOCK = 512;

/**
 * A tar archive (POSIX ustar) that depends on its content only: the entries in the order that is given, owned by root, one time.
 * @param time in seconds since 1970 @throws Error naming a path that has no room in a header
 */
export function* tarChunks(entries: Iterable<TarEntry>, time: number): Generator<Buffer> {
  for (const entry of entries) {
    const content = entry.content?.() ?? Buffer.alloc(0);
    yield header(entry, content.length, time);
    yield content;
    yield Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** Each folder above a path, before it. */
export function withFolders(files: readonly TarEntry[]): TarEntry[] {
  const entries = new Map<string, TarEntry>();
  for (const file of files) {
    const segments = file.path.split('/');
    for (let depth = 1; depth < segments.length; depth++) {
      const path = segments.slice(0, depth).join('/');
      entries.set(path, entries.get(path) ?? { path });
    }
    entries.set(file.path, file);
  }
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function header({ path, content, mode = content ? 0o644 : 0o755 }: TarEntry, size: number, time: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const name = content ? path : `${path}/`;
  if (Buffer.byteLength(name) > 100) throw new Error(`${name}: a path in an archive of ours has at most 100 bytes`);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  const fields: readonly (readonly [offset: number, text: string])[] = [
    [0, name],
    [100, octal(mode, 7)],
    [108, octal(0, 7)],
    [116, octal(0, 7)],
    [124, octal(size, 11)],
    [136, octal(time, 11)],
    [148, ' '.repeat(8)],
    [156, content ? '0' : '5'],
    [257, 'ustar\x0000'],
    [329, octal(0, 7)],
    [337, octal(0, 7)],
  ];
  for (const [offset, text] of fields) block.write(text, offset, 'latin1');
  if (!/^[\x20-\x7e]*$/.test(name)) block.write(name, 0, 'utf8');
  block.write(
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    )} `,
    148,
    'latin1',
  );
  return block;
}
