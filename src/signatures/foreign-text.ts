import { emptyHeader, klogSeverity, readLineHeader } from './line-header.ts';

/**
 * Blanks, in place, what a client of the program can put into one of its log lines, so that nobody's User-Agent is evidence.
 * One pass, linear in the line; meant for the few lines that match a signature. Returns true when something was blanked.
 *
 * Who prints what (k8s.io/apiserver 0.36.3, the library of the kube-apiserver and of every aggregated server, unless named):
 * - server/httplog/httplog.go "HTTP": verb, URI, userAgent, audit-ID, srcIP, addedInfo; ours are latency and resp
 * - server/filters/wrap.go, endpoints/filters/{request_deadline,authorization}.go, …/impersonation/*.go, endpoints/request/requestinfo.go:
 *   method, URI, auditID, query, quoted parts of the error
 * - server/filters/timeout.go, endpoints/handlers/{get,watch}.go: method, path, labels, fields, audit-ID
 * - endpoints/filters/authentication.go "Unable to authenticate the request": claims of a token, quoted within err
 * - k8s.io/utils/trace: all fields of a request, unquoted and not escaped (observe/logs/trace-record.ts takes whole records out)
 * - admission/plugin/webhook/validating/dispatcher.go "rejected by webhook": the webhook's answer
 * - Go's net/http and http2: what a client offers in a handshake, and the greeting of one that speaks no HTTP/2
 * - access lines in the common log format, nginx's error log, logfmt and JSON of other programs: by the names of their fields
 */
export function blankForeignText(bytes: Uint8Array, start: number, end: number): boolean {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  if (!MAY_HOLD.test(line.toString('latin1'))) return false;
  const trace = traceNumberEnd(line);
  if (trace >= 0) return fill(line, Math.max(trace, stepEnd(line)), line.length);
  // Nothing in it is the server's but numbers.
  if (isAccessLine(line)) return fill(line, 0, line.length);
  let blanked = blankFields(line);
  for (const { after, blank } of PHRASES) {
    const at = line.indexOf(after);
    if (at >= 0) blanked = blank(line, at + after.length) || blanked;
  }
  return blanked;
}

/** The same of a text. */
export function withoutForeignText(text: string): string {
  const bytes = Buffer.from(text);
  return blankForeignText(bytes, 0, bytes.length) ? bytes.toString('utf8') : text;
}

const SPACE = 32;
const QUOTE = 34;
const COLON = 58;
const EQUALS = 61;
const OPENING_BRACKET = 91;
const BACKSLASH = 92;
const CLOSING_BRACKET = 93;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;
/** A letter, so that a blanked field still looks like a word: `verb="xxx"`. */
const BLANK = 120;

/** Field names, found by their bytes: most words of a line are none, and cost no string. */
class FieldNames {
  private readonly names: ReadonlySet<string>;
  private readonly shapes = new Set<number>();

  constructor(...names: readonly string[]) {
    this.names = new Set(names);
    for (const name of names) this.shapes.add(shape(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1)));
  }

  has(line: Buffer, start: number, end: number): boolean {
    if (!this.shapes.has(shape(end - start, line[start] as number, line[end - 1] as number))) return false;
    return this.names.has(line.toString('latin1', start, end).toLowerCase());
  }
}

/** Of the first and last byte the case does not count. */
const shape = (length: number, first: number, last: number): number => (Math.min(length, 255) << 16) | ((first | 32) << 8) | (last | 32);

/** Fields that hold what a client sent, in any program. Lower case. */
const FOREIGN = [
  ...['uri', 'requesturi', 'request_uri', 'url-path', 'path', 'query', 'request', 'host', 'method', 'verb', 'labels', 'fields'],
  ...['useragent', 'user-agent', 'user_agent', 'http_user_agent', 'referer', 'referrer', 'user', 'username', 'accept'],
  ...['audit-id', 'auditid', 'srcip', 'remote_addr'],
];
const FOREIGN_FIELDS = new FieldNames(...FOREIGN);

/** Files whose lines are about one request: all their fields are a client's but for those that the server measured. */
const REQUEST_FILES = [
  'httplog.go',
  'wrap.go',
  'request_deadline.go',
  'authorization.go',
  'impersonation.go',
  'constrained_impersonation.go',
  'requestinfo.go',
].map((file) => Buffer.from(file));
const MEASURED_FIELDS = new FieldNames('latency', 'resp', 'timeelapsed', 'ts', 'v', 'level', 'caller', 'msg', 'logger');

interface Phrase {
  readonly after: Buffer;
  blank(line: Buffer, start: number): boolean;
}

const toTheEnd = (line: Buffer, start: number): boolean => fill(line, start, line.length);

const PHRASES: readonly Phrase[] = [
  { after: Buffer.from('Unable to authenticate the request'), blank: blankInnerQuotes },
  { after: Buffer.from('TLS handshake error from '), blank: blankOffers },
  { after: Buffer.from('bogus greeting '), blank: toTheEnd },
  { after: Buffer.from('rejected by webhook '), blank: toTheEnd },
];

/** Most lines have none of all that: asked first. */
const MAY_HOLD = new RegExp(
  [
    ...[String.raw`Trace\[`, String.raw`\[\d\d?\/`, ...REQUEST_FILES.map((file) => file.toString().replace('.', String.raw`\.`))],
    ...PHRASES.map(({ after }) => after.toString()),
    String.raw`(?:${FOREIGN.join('|')})\\{0,64}"?[=:]`,
  ].join('|'),
  'i',
);

const header = emptyHeader();

function blankFields(line: Buffer): boolean {
  readLineHeader(line, 0, line.length, header);
  const { fileStart, fileEnd } = header;
  if (REQUEST_FILES.some((file) => isFile(line, fileStart, fileEnd, file)))
    return blankRequest(line, line[0] === OPENING_BRACE ? 1 : fileEnd);
  let blanked = false;
  eachField(line, 0, (start, end, separator) => {
    if (!FOREIGN_FIELDS.has(line, start, end)) return end;
    const value = spanOfValue(line, separator);
    blanked = fill(line, value.start, value.end) || blanked;
    return value.end;
  });
  return blanked;
}

/** Of a line about one request everything that is quoted or a field's value, but for the message and what the server measured. */
function blankRequest(line: Buffer, from: number): boolean {
  const { messageStart, messageEnd } = header;
  let blanked = false;
  const blank = ({ start, end }: Span): number => {
    blanked = fill(line, start, end) || blanked;
    return end;
  };
  eachField(
    line,
    from,
    (start, end, separator) => {
      const value = spanOfValue(line, separator);
      return MEASURED_FIELDS.has(line, start, end) ? value.end : blank(value);
    },
    (quote) => {
      if (quote === messageStart - 1 || quote === messageEnd) return quote;
      const end = closing(line, quote);
      // Else it is a key of JSON.
      return line[0] === OPENING_BRACE && line[end + 1] === COLON ? quote : blank({ start: quote + 1, end });
    },
  );
  return blanked;
}

/** Visits `key=`, `key:`, `"key":` and `\"key\":`, and quotes that belong to none; a visitor says where to go on. */
function eachField(
  line: Buffer,
  from: number,
  onField: (start: number, end: number, separator: number) => number,
  onQuote?: (at: number) => number,
): void {
  let word = -1;
  for (let at = from; at < line.length; at++) {
    const byte = line[at] as number;
    if (isFieldByte(byte)) {
      if (word < 0) word = at;
      continue;
    }
    const separator = word < 0 ? -1 : separatorAt(line, at);
    if (separator >= 0) at = onField(word, at, separator);
    else if (byte === QUOTE && onQuote) at = onQuote(at);
    word = -1;
  }
}

/** Of what ends at `wordEnd` the sign that makes it a key with a value; -1 when it is none. */
function separatorAt(line: Buffer, wordEnd: number): number {
  let at = wordEnd;
  while (line[at] === BACKSLASH) at++;
  if (line[at] === QUOTE) at++;
  else at = wordEnd;
  return line[at] === EQUALS || line[at] === COLON ? at : -1;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Quoted (in a quoted text too), a JSON value, or what stands between `=` and the next space; empty behind a colon in prose. */
function spanOfValue(line: Buffer, separator: number): Span {
  let at = separator + 1;
  const isEquals = line[separator] === EQUALS;
  if (!isEquals && line[at] === SPACE) at++;
  let quote = at;
  while (line[quote] === BACKSLASH) quote++;
  if (line[quote] === QUOTE) return { start: quote + 1, end: closing(line, quote) };
  if (line[at] === OPENING_BRACE || line[at] === OPENING_BRACKET) return { start: at, end: jsonEnd(line, at) };
  if (!isEquals) return { start: separator, end: separator };
  const space = line.indexOf(SPACE, at);
  return { start: at, end: space < 0 ? line.length : space };
}

/**
 * Where the text ends whose opening quote is at `open`. A quote of a text quoted n times stands behind 2^n - 1 backslashes, and
 * a text that itself ends with backslashes doubles those: the rest of a division tells them apart.
 */
function closing(line: Buffer, open: number): number {
  const before = backslashesBefore(line, open);
  const modulus = 2 * (before + 1);
  let backslashes = 0;
  for (let at = open + 1; at < line.length; at++) {
    if (line[at] === QUOTE && backslashes % modulus === before) return Math.max(open + 1, at - before);
    backslashes = line[at] === BACKSLASH ? backslashes + 1 : 0;
  }
  return line.length;
}

function backslashesBefore(line: Buffer, at: number): number {
  let count = 0;
  while (line[at - count - 1] === BACKSLASH) count++;
  return count;
}

function jsonEnd(line: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < line.length; at++) {
    const byte = line[at];
    if (byte === QUOTE) at = closing(line, at);
    else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) depth++;
    else if ((byte === CLOSING_BRACE || byte === CLOSING_BRACKET) && --depth === 0) return at + 1;
  }
  return line.length;
}

/** What is quoted within a quoted text. */
function blankInnerQuotes(line: Buffer, start: number): boolean {
  let blanked = false;
  for (let at = line.indexOf(QUOTE, start); at >= 0; at = line.indexOf(QUOTE, at + 1)) {
    if (line[at - 1] !== BACKSLASH) continue;
    const close = closing(line, at);
    blanked = fill(line, at + 1, close) || blanked;
    // On the closing quote, behind its backslashes.
    at = line.indexOf(QUOTE, close);
    if (at < 0) return blanked;
  }
  return blanked;
}

/** What a client offered stands in brackets or quotes; the reason stands before. */
function blankOffers(line: Buffer, start: number): boolean {
  for (let at = start; at < line.length; at++) if (line[at] === 40 || line[at] === QUOTE) return fill(line, at + 1, line.length);
  return false;
}

const TRACE = Buffer.from('Trace[');

/** `Trace[1298498081]: ` at the beginning of a line or of a message → where its text begins; -1 for other lines. */
function traceNumberEnd(line: Buffer): number {
  const at = line.indexOf(TRACE);
  if (at < 0 || !(at === 0 || at === messageStart(line))) return -1;
  let digit = at + TRACE.length;
  while (isDigit(line[digit] ?? 0)) digit++;
  return digit > at + TRACE.length && line[digit] === CLOSING_BRACKET ? digit + 1 : -1;
}

/** Elsewhere in a line a client may have said it. */
function messageStart(line: Buffer): number {
  readLineHeader(line, 0, line.length, header);
  return header.messageStart;
}

/** A step of a trace with its time, where the line begins with one: its name is a constant of the server, and no field stands before it. */
const STEP = /^Trace\[\d{1,20}\]: {0,64}---"[A-Za-z ,/-]{1,80}" \d{1,9}ms/;
const LONGEST_STEP = 160;

function stepEnd(line: Buffer): number {
  return STEP.exec(line.toString('latin1', 0, LONGEST_STEP))?.[0].length ?? 0;
}

/** Is it `host ident user [05/Jan/2026:…] "request" …`? The user may be a long text too. */
function isAccessLine(line: Buffer): boolean {
  if (line[0] === OPENING_BRACE || klogSeverity(line, 0) !== undefined) return false;
  for (let at = line.indexOf(OPENING_BRACKET); at >= 0; at = line.indexOf(OPENING_BRACKET, at + 1))
    if (isDigit(line[at + 1] ?? 0) && line[at + 3] === 47 && line[at + 7] === 47 && line[at + 12] === COLON) return true;
  return false;
}

function fill(line: Buffer, start: number, end: number): boolean {
  if (end <= start) return false;
  // For short pieces the loop is faster than a call of fill.
  for (let at = start; at < end; at++) line[at] = BLANK;
  return true;
}

/** Its name, with or without its folder. */
function isFile(line: Buffer, start: number, end: number, name: Buffer): boolean {
  const from = end - name.length;
  if (from < start || (from > start && line[from - 1] !== 47)) return false;
  return line.compare(name, 0, name.length, from, end) === 0;
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
const isFieldByte = (byte: number): boolean =>
  isDigit(byte) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95 || byte === 45;
