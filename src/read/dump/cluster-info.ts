import { LineSplitter } from '../../scan/line-splitter.ts';
import { type DumpFile, fileInMemory } from './dump-file.ts';

const START = /^==== START logs for container (\S{1,253}) of pod (\S{1,253})\/(\S{1,253}) ====\s*$/;
/** A log that ends without a line break has it behind its last line. */
const END = /==== END logs for container \S{1,253} of pod \S{1,253}\/\S{1,253} ====\s*$/;
const LONGEST_LINE = 16 * 2 ** 20;
/** Of a longer log its end is kept. */
const LONGEST_LOG = 16 * 2 ** 20;
/** Of everything together; what comes later is left out. */
const MOST_BYTES = 512 * 2 ** 20;

/** The documents and logs that stand one after the other in the output of `kubectl cluster-info dump`, as the files that it writes into a folder. */
export async function filesOfClusterInfo(chunks: AsyncIterable<Buffer>, note: (text: string) => void): Promise<DumpFile[]> {
  const sections = new Sections();
  const splitter = new LineSplitter({ maxBytes: LONGEST_LINE, longer: 'cut' });
  const read = (bytes: Buffer, start: number, end: number): void => sections.line(bytes.toString('utf8', start, end));
  for await (const chunk of chunks) splitter.push(chunk, read);
  splitter.end(read);
  if (sections.leftOut) note(`the dump is longer than ${MOST_BYTES / 2 ** 20} MiB: its end is left out; write it with --output-directory`);
  return sections.end();
}

class Sections {
  readonly #files: DumpFile[] = [];
  #segments: readonly string[] | undefined;
  #lines: string[] = [];
  #length = 0;
  #cut = false;
  #left = MOST_BYTES;
  leftOut = false;

  line(line: string): void {
    const [, container, namespace, pod] = (line.startsWith('==== START') ? START.exec(line) : null) ?? [];
    if (container !== undefined && namespace !== undefined && pod !== undefined) this.#begin([namespace, pod, `${container}.log`]);
    else if (this.#isLog()) this.#logLine(line);
    else this.#documentLine(line);
  }

  /** A document begins and ends with a bracket at the line's beginning. */
  #documentLine(line: string): void {
    if (this.#segments === undefined && line.startsWith('{'))
      this.#begin(['cluster-info', `${String(this.#files.length).padStart(5, '0')}.json`]);
    if (this.#segments === undefined) return;
    this.#add(line);
    if (line === '}') this.#close();
  }

  end(): DumpFile[] {
    this.#close();
    return this.#files;
  }

  #isLog(): boolean {
    return this.#segments?.length === 3;
  }

  #logLine(line: string): void {
    const over = line.includes('==== END logs') ? END.exec(line) : null;
    const text = over ? line.slice(0, over.index) : line;
    if (!over || text !== '') this.#add(text);
    if (over) this.#close();
  }

  #begin(segments: readonly string[]): void {
    this.#close();
    this.#segments = segments;
  }

  #add(line: string): void {
    this.#lines.push(line);
    this.#length += line.length + 1;
    if (!this.#isLog() || this.#length < 2 * LONGEST_LOG) return;
    this.#lines = this.#lines.slice(this.#lines.length >> 1);
    this.#length = this.#lines.reduce((sum, one) => sum + one.length + 1, 0);
    this.#cut = true;
  }

  #close(): void {
    const bytes = this.#segments === undefined ? undefined : Buffer.from(this.#lines.join('\n'));
    if (this.#segments !== undefined && bytes !== undefined) {
      if (bytes.length > this.#left) this.leftOut = true;
      else {
        this.#left -= bytes.length;
        this.#files.push(fileInMemory(this.#segments, bytes, this.#cut));
      }
    }
    this.#segments = undefined;
    this.#lines = [];
    this.#length = 0;
    this.#cut = false;
  }
}
