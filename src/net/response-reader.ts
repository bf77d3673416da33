import { areCrumbs, LIMITS } from './limits.ts';

/** What a probe needs of an HTTP/1.x response head. Header names are in lower case; repeated ones are joined by `, `. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

/** `capped` = as many bytes as were asked for have been read, and more are to come. */
export type ReadState = 'head' | 'body' | 'complete' | 'capped' | 'invalid';

const CR = 13;
const LF = 10;
const EMPTY = Buffer.alloc(0);

type Framing =
  | { kind: 'none' }
  | { kind: 'length'; left: number }
  | { kind: 'chunked'; expect: ChunkPart; left: number; chunks: number; excess: number; trailerBytes: number }
  | { kind: 'until-close' };
type ChunkPart = 'size' | 'data' | 'data-end' | 'trailer';

/**
 * Reads one HTTP/1.x response from pieces of any size. Strict where a wrong reading would call garbage an answer, lenient
 * where servers differ (bare LF, no reason phrase). Holds at most `maxBody` bytes of body, and nothing beyond limits.ts.
 */
export class ResponseReader {
  state: ReadState = 'head';
  head: ResponseHead | undefined;
  /** Why the response is invalid. */
  problem: string | undefined;
  /** True when the server left the connection open and nothing follows the response. */
  reusable = false;

  readonly #maxBody: number;
  #pending: Buffer = EMPTY;
  #interimHeads = 0;
  /** Of the heads that were read. */
  #headBytes = 0;
  #framing: Framing = { kind: 'none' };
  readonly #body: Buffer[] = [];
  #bodyBytes = 0;

  constructor(maxBody: number) {
    this.#maxBody = maxBody;
  }

  get body(): Buffer {
    return this.#body.length === 1 ? (this.#body[0] ?? EMPTY) : Buffer.concat(this.#body);
  }

  /** True when anything of a response has arrived. */
  get begun(): boolean {
    return this.head !== undefined || this.#pending.length > 0;
  }

  push(piece: Buffer): ReadState {
    if (this.state !== 'head' && this.state !== 'body') {
      this.reusable = false;
      return this.state;
    }
    this.#pending = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece]);
    while (this.state === 'head' && this.#readHead());
    if (this.state === 'body') this.#readBody();
    if ((this.state as ReadState) === 'complete' && this.#pending.length > 0) this.reusable = false;
    return this.state;
  }

  /** The connection ended. `body` = it ended in the middle of the answer. */
  end(): ReadState {
    if (this.state === 'body' && this.#framing.kind === 'until-close') this.state = 'complete';
    this.reusable = false;
    return this.state;
  }

  #fail(problem: string): false {
    this.state = 'invalid';
    this.problem = problem;
    return false;
  }

  /** True when an interim head was read, and another must follow. */
  #readHead(): boolean {
    const end = headEnd(this.#pending);
    const excess = this.#excessOfHead(end);
    if (excess !== undefined) return this.#fail(excess);
    if (end < 0) return couldBeHttp(this.#pending) ? false : this.#fail(`not an HTTP/1.x response: ${printable(this.#pending)}`);
    const [first = '', ...lines] = this.#takeHead(end);
    const [, minor, status] = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: .*)?$/.exec(first) ?? [];
    if (status === undefined) return this.#fail(`malformed status line: ${printable(Buffer.from(first, 'latin1'))}`);
    const code = Number(status);
    if (isInterim(code)) {
      this.#interimHeads += 1;
      return this.#interimHeads <= LIMITS.interimHeads || this.#fail(`more than ${LIMITS.interimHeads} interim responses (1xx)`);
    }
    return this.#beginAnswer(code, lines, minor === '1');
  }

  /** @param end as of headEnd */
  #excessOfHead(end: number): string | undefined {
    if (end === TOO_MANY_LINES) return `more than ${LIMITS.headLines} lines in a response head`;
    const bytes = this.#headBytes + (end < 0 ? this.#pending.length : end);
    return bytes > LIMITS.headBytes ? `response heads are longer than ${LIMITS.headBytes} bytes` : undefined;
  }

  #takeHead(end: number): string[] {
    this.#headBytes += end;
    const lines = this.#pending.toString('latin1', 0, end).split(/\r?\n/);
    this.#pending = this.#pending.subarray(end);
    return lines;
  }

  /** @param staysOpen as HTTP/1.1 has it, unless the server says otherwise. */
  #beginAnswer(status: number, lines: readonly string[], staysOpen: boolean): false {
    const headers = readHeaders(lines);
    if (!headers) return this.#fail('malformed header line');
    this.head = { status, headers };
    const framing = framingOf(status, headers);
    if (!framing) return this.#fail('malformed Content-Length');
    this.#framing = framing;
    this.reusable = framing.kind !== 'until-close' && staysOpen && !/\bclose\b/i.test(headers.get('connection') ?? '');
    this.state = framing.kind === 'none' ? 'complete' : 'body';
    return false;
  }

  #readBody(): void {
    switch (this.#framing.kind) {
      case 'none':
        this.state = 'complete';
        return;
      case 'until-close':
        this.#take(this.#pending.length);
        return;
      case 'length': {
        const framing = this.#framing;
        framing.left -= this.#take(Math.min(framing.left, this.#pending.length));
        if (framing.left === 0 && this.state === 'body') this.state = 'complete';
        return;
      }
      case 'chunked':
        while (this.state === 'body' && this.#readChunkPart(this.#framing));
    }
  }

  /** Moves bytes from what is pending into the body; beyond the cap they are dropped. */
  #take(bytes: number): number {
    if (bytes === 0) return 0;
    const room = this.#maxBody - this.#bodyBytes;
    const kept = Math.min(bytes, room);
    if (kept > 0) {
      this.#body.push(this.#pending.subarray(0, kept));
      this.#bodyBytes += kept;
    }
    if (bytes > room) this.state = 'capped';
    this.#pending = this.#pending.subarray(bytes);
    return bytes;
  }

  /** True when something was read and more may be readable. */
  #readChunkPart(framing: Framing & { kind: 'chunked' }): boolean {
    if (framing.expect === 'data') {
      framing.left -= this.#take(Math.min(framing.left, this.#pending.length));
      if (framing.left > 0) return false;
      framing.expect = 'data-end';
      return true;
    }
    const line = this.#takeLine();
    if (line === undefined) return false;
    if (framing.expect === 'data-end') {
      if (line !== '') return this.#fail('malformed chunk: no line end after its data');
      framing.expect = 'size';
    } else if (framing.expect === 'size') {
      return this.#startChunk(framing, line);
    } else if (line === '') {
      this.state = 'complete';
    } else {
      framing.trailerBytes += line.length + 2;
      if (framing.trailerBytes > LIMITS.trailerBytes) return this.#fail(`trailers are longer than ${LIMITS.trailerBytes} bytes`);
    }
    return true;
  }

  #startChunk(framing: Framing & { kind: 'chunked' }, line: string): boolean {
    const size = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line);
    if (!size) return this.#fail(`malformed chunk size: ${printable(Buffer.from(line, 'latin1'))}`);
    framing.left = Number.parseInt(size[1] ?? '0', 16);
    framing.expect = framing.left === 0 ? 'trailer' : 'data';
    framing.chunks += 1;
    // As net/http/internal chunkedReader.beginChunk: 16 bytes and twice the data are granted to each chunk.
    framing.excess = Math.max(0, framing.excess + line.length + 4 - (16 + 2 * framing.left));
    if (framing.excess > LIMITS.chunkExcessBytes) return this.#fail('chunked encoding contains too much non-data');
    if (areCrumbs(framing.chunks, this.#bodyBytes)) return this.#fail(`${framing.chunks} chunks for ${this.#bodyBytes} bytes of body`);
    return true;
  }

  #takeLine(): string | undefined {
    const end = this.#pending.indexOf(LF);
    if (end > LIMITS.chunkLineBytes || (end < 0 && this.#pending.length > LIMITS.chunkLineBytes)) {
      this.#fail(`a chunk line or trailer is longer than ${LIMITS.chunkLineBytes} bytes`);
      return undefined;
    }
    if (end < 0) return undefined;
    const line = this.#pending.toString('latin1', 0, end > 0 && this.#pending[end - 1] === CR ? end - 1 : end);
    this.#pending = this.#pending.subarray(end + 1);
    return line;
  }
}

const TOO_MANY_LINES = -2;

/** Offset behind the empty line that ends the head, or -1; TOO_MANY_LINES beyond the limit. */
function headEnd(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    lines += 1;
    if (lines > LIMITS.headLines) return TOO_MANY_LINES;
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

/** 101 ends HTTP on this connection, so nothing follows it. */
const isInterim = (status: number): boolean => status >= 100 && status < 200 && status !== 101;

const HTTP = Buffer.from('HTTP/1.');

function couldBeHttp(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, HTTP.length);
  return bytes.subarray(0, length).equals(HTTP.subarray(0, length));
}

function readHeaders(lines: readonly string[]): Map<string, string> | undefined {
  const headers = new Map<string, string>();
  for (const line of lines) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon <= 0 || !/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) return undefined;
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function framingOf(status: number, headers: ReadonlyMap<string, string>): Framing | undefined {
  if (status === 204 || status === 304 || status === 101) return { kind: 'none' };
  if (/\bchunked$/i.test(headers.get('transfer-encoding') ?? ''))
    return { kind: 'chunked', expect: 'size', left: 0, chunks: 0, excess: 0, trailerBytes: 0 };
  const length = headers.get('content-length');
  if (length === undefined) return { kind: 'until-close' };
  const values = new Set(length.split(/\s*,\s*/));
  const [value] = values;
  if (values.size !== 1 || value === undefined || !/^\d{1,15}$/.test(value)) return undefined;
  return value === '0' || Number(value) === 0 ? { kind: 'none' } : { kind: 'length', left: Number(value) };
}

const printable = (bytes: Buffer): string => JSON.stringify(bytes.toString('latin1', 0, 40));
