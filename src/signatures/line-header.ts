export const SEVERITIES = ['info', 'warning', 'error', 'fatal', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What the beginning of a log line says of it. Positions are of the bytes that were read; end = start where a part is not there. */
export interface LineHeader {
  severity: Severity;
  /** Source file that printed it, without line number. */
  fileStart: number;
  fileEnd: number;
  /** What it says, without header and, where the format quotes it, without quotes. */
  messageStart: number;
  messageEnd: number;
}

export function emptyHeader(): LineHeader {
  return { severity: 'unknown', fileStart: 0, fileEnd: 0, messageStart: 0, messageEnd: 0 };
}

/** The severity of a klog line by its first letters alone; undefined for all other formats. */
export function klogSeverity(bytes: Uint8Array, start: number): Severity | undefined {
  const severity = KLOG[bytes[start] as number];
  if (severity === undefined || !isDigit(bytes[start + 1]) || !isDigit(bytes[start + 4]) || bytes[start + 5] !== SPACE) return undefined;
  return severity;
}

/** Of a longer line the header is looked for in its beginning. */
const HEADER_BYTES = 4096;

/**
 * Reads klog (text and structured), JSON (klog's, zap's, logrus's, pino's), logfmt, zap's console lines, bracketed levels and Go's
 * panics into `header`, in one pass over the header, without making a string. Anything else is `unknown`, all of it message.
 */
export function readLineHeader(bytes: Uint8Array, start: number, end: number, header: LineHeader): void {
  header.severity = 'unknown';
  header.fileStart = header.fileEnd = start;
  header.messageStart = start;
  header.messageEnd = end;
  if (readKlog(bytes, start, end, header)) return;
  const limit = Math.min(end, start + HEADER_BYTES);
  if (bytes[start] === BRACE) readJson(bytes, start, limit, header);
  else if (!readPanic(bytes, start, end, header)) readPlain(bytes, start, limit, header);
}

const QUOTE = 34;
const BRACE = 123;
const CLOSING_BRACE = 125;
const COMMA = 44;
const OPENING_BRACKET = 91;
const SMALL_C = 99;
const COLON = 58;
const SPACE = 32;
const TAB = 9;
const EQUALS = 61;
const BACKSLASH = 92;
const CLOSING_BRACKET = 93;

const KLOG: Readonly<Record<number, Severity>> = { 73: 'info', 87: 'warning', 69: 'error', 70: 'fatal' };
/** `I0105 09:00:00.000000       1 file.go:1` and what a longer file name needs. */
const KLOG_HEADER_BYTES = 160;

function readKlog(bytes: Uint8Array, start: number, end: number, header: LineHeader): boolean {
  const severity = klogSeverity(bytes, start);
  if (severity === undefined) return false;
  header.severity = severity;
  const limit = Math.min(end, start + KLOG_HEADER_BYTES);
  let word = start;
  let colon = -1;
  for (let at = start; at < limit; at++) {
    const byte = bytes[at];
    if (byte === SPACE) {
      word = at + 1;
      colon = -1;
    } else if (byte === COLON) {
      if (colon < 0) colon = at;
    } else if (byte === CLOSING_BRACKET && colon > word) {
      header.fileStart = word;
      header.fileEnd = colon;
      header.messageStart = Math.min(end, at + 2);
      break;
    }
  }
  // Structured: "message" key="value"
  if (bytes[header.messageStart] === QUOTE) {
    const close = closingQuote(bytes, header.messageStart + 1, Math.min(end, start + HEADER_BYTES));
    // What an unhandled error says is in err="…".
    if (close > 0 && !isUnhandled(bytes, header.messageStart + 1, close)) {
      header.messageStart++;
      header.messageEnd = close;
    }
  }
  return true;
}

const UNHANDLED = Buffer.from('Unhandled Error');

function isUnhandled(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === UNHANDLED.length && startsWith(bytes, start, end, UNHANDLED);
}

const PANICS = ['panic: ', 'fatal error: ', 'panic.go', 'runtime: goroutine stack exceeds'].map((text) => Buffer.from(text));

function readPanic(bytes: Uint8Array, start: number, end: number, header: LineHeader): boolean {
  if (!PANICS.some((panic) => startsWith(bytes, start, end, panic))) return false;
  header.severity = 'fatal';
  return true;
}

type Role = 'level' | 'message' | 'file' | 'error' | 'verbosity';

const ROLES: ReadonlyMap<string, Role> = new Map([
  ['level', 'level'],
  ['severity', 'level'],
  ['lvl', 'level'],
  ['loglevel', 'level'],
  ['msg', 'message'],
  ['message', 'message'],
  ['caller', 'file'],
  ['source', 'file'],
  ['logger', 'file'],
  ['err', 'error'],
  ['error', 'error'],
  ['v', 'verbosity'],
]);
const LONGEST_KEY = 8;

/** What keys told that is no place in the header. */
interface Told {
  hasError: boolean;
  hasVerbosity: boolean;
  hasCaller: boolean;
  /** The line ended within a text that may be a key: what it tells is not whole. */
  isCut: boolean;
}

/** Top-level keys only; a nested object or array is stepped over. */
function readJson(bytes: Uint8Array, start: number, end: number, header: LineHeader): void {
  const told: Told = { hasError: false, hasVerbosity: false, hasCaller: false, isCut: false };
  const line: Line = { bytes, end, header };
  let depth = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === BRACE || byte === OPENING_BRACKET) depth++;
    else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) depth--;
    else if (byte === QUOTE) at = readText(line, at, depth, told);
  }
  // klog's JSON has no level: lines of information have v, errors have err and no v.
  if (!told.isCut && header.severity === 'unknown' && (told.hasError || told.hasVerbosity))
    header.severity = told.hasVerbosity ? 'info' : 'error';
}

interface Line {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly header: LineHeader;
}

/** A quoted text, and its value where it is a key of the top level; returns the last byte of what was read, or the line's end where nothing closes. */
function readText(line: Line, quote: number, depth: number, told: Told): number {
  const { bytes, end, header } = line;
  const close = closingQuote(bytes, quote + 1, end);
  if (close < 0) {
    told.isCut = true;
    return end;
  }
  const afterKey = skipSpace(bytes, close + 1, end);
  if (depth !== 1 || bytes[afterKey] !== COLON) return close;
  const role = roleOf(bytes, quote + 1, close);
  const value = skipSpace(bytes, afterKey + 1, end);
  const quoted = bytes[value] === QUOTE;
  const from = quoted ? value + 1 : value;
  const valueEnd = quoted ? closingQuote(bytes, from, end) : endOfScalar(bytes, value, end);
  if (valueEnd < 0) {
    if (role === 'message') header.messageStart = from;
    return end;
  }
  // Its `caller` is the file, not its `logger`.
  if (!(role === 'file' && told.hasCaller)) note(line, role, from, valueEnd);
  tell(told, role, bytes[quote + 1] as number);
  // An object or array as value is walked over by the caller's loop.
  return quoted ? valueEnd : Math.max(quote, valueEnd - 1);
}

function tell(told: Told, role: Role | undefined, firstOfKey: number): void {
  if (role === 'file' && firstOfKey === SMALL_C) told.hasCaller = true;
  else if (role === 'error') told.hasError = true;
  else if (role === 'verbosity') told.hasVerbosity = true;
}

/** What the value [from, to) of a key with this role says. */
function note({ bytes, header }: Line, role: Role | undefined, from: number, to: number): void {
  if (role === 'level') header.severity = levelOf(bytes, from, to);
  else if (role === 'file') setFile(bytes, from, to, header);
  else if (role === 'message') {
    header.messageStart = from;
    header.messageEnd = to;
  }
}

/** logfmt where there is a `level=`, else a level as one of the first words. */
function readPlain(bytes: Uint8Array, start: number, end: number, header: LineHeader): void {
  const line: Line = { bytes, end, header };
  let words = 0;
  for (let at = start; at < end; ) {
    at = skipSpace(bytes, at, end);
    const word = at;
    while (at < end && !isSpace(bytes[at] as number) && bytes[at] !== EQUALS && bytes[at] !== QUOTE) at++;
    if (bytes[at] === EQUALS) {
      at = readField(line, word, at);
      words++;
      continue;
    }
    if (words++ < LEVEL_WORDS && at - word >= 3 && header.severity === 'unknown') readWord(line, word, at);
    // Prose: neither levels nor keys come any more.
    if (words > PLAIN_WORDS) return;
    at++;
  }
}

/** `key=value`, whose sign is at `equals`; returns what comes after it. */
function readField(line: Line, key: number, equals: number): number {
  const { bytes, end } = line;
  const quoted = bytes[equals + 1] === QUOTE;
  const from = equals + (quoted ? 2 : 1);
  let close = quoted ? closingQuote(bytes, from, end) : from;
  if (!quoted) while (close < end && !isSpace(bytes[close] as number)) close++;
  if (close < 0) close = end;
  note(line, roleOf(bytes, key, equals), from, close);
  return close + 1;
}

/** A word that may be a level, after which the message begins. */
function readWord({ bytes, end, header }: Line, start: number, wordEnd: number): void {
  const level = bareLevelOf(bytes, start, wordEnd);
  if (level === 'unknown') return;
  header.severity = level;
  header.messageStart = skipSpace(bytes, wordEnd, end);
}

const LEVEL_WORDS = 4;
const PLAIN_WORDS = 24;

const LEVELS: ReadonlyMap<string, Severity> = new Map([
  ['trace', 'info'],
  ['debug', 'info'],
  ['info', 'info'],
  ['information', 'info'],
  ['notice', 'info'],
  ['inf', 'info'],
  ['dbg', 'info'],
  ['warn', 'warning'],
  ['warning', 'warning'],
  ['wrn', 'warning'],
  ['error', 'error'],
  ['err', 'error'],
  ['eror', 'error'],
  ['fatal', 'fatal'],
  ['ftl', 'fatal'],
  ['critical', 'fatal'],
  ['crit', 'fatal'],
  ['alert', 'fatal'],
  ['emergency', 'fatal'],
  ['panic', 'fatal'],
  ['dpanic', 'fatal'],
  // pino's and bunyan's
  ['10', 'info'],
  ['20', 'info'],
  ['30', 'info'],
  ['40', 'warning'],
  ['50', 'error'],
  ['60', 'fatal'],
]);
const LONGEST_LEVEL = 11;

function levelOf(bytes: Uint8Array, start: number, end: number): Severity {
  if (end - start > LONGEST_LEVEL || end <= start) return 'unknown';
  return LEVELS.get(lowerCase(bytes, start, end)) ?? 'unknown';
}

/** As a word of its own: `ERROR`, `[error]`, `ERROR:`. Lower case counts in brackets or before a colon only, else it is prose. */
function bareLevelOf(bytes: Uint8Array, start: number, end: number): Severity {
  const bracketed = bytes[start] === OPENING_BRACKET && bytes[end - 1] === CLOSING_BRACKET;
  const marked = bytes[end - 1] === COLON;
  const from = bracketed ? start + 1 : start;
  const to = bracketed || marked ? end - 1 : end;
  const first = bytes[from] as number;
  const last = bytes[to - 1] as number;
  if (!(isCapital(first) && isCapital(last)) && !bracketed && !(marked && start === from)) return 'unknown';
  return isDigit(first) ? 'unknown' : levelOf(bytes, from, to);
}

function roleOf(bytes: Uint8Array, start: number, end: number): Role | undefined {
  if (end - start > LONGEST_KEY || end <= start) return undefined;
  return ROLES.get(lowerCase(bytes, start, end));
}

/** `pkg/file.go:12` without the line. */
function setFile(bytes: Uint8Array, start: number, end: number, header: LineHeader): void {
  let to = end;
  while (to > start && isDigit(bytes[to - 1])) to--;
  header.fileStart = start;
  header.fileEnd = to > start && to < end && bytes[to - 1] === COLON ? to - 1 : end;
}

function lowerCase(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    text += String.fromCharCode(isCapital(byte) ? byte | 32 : byte);
  }
  return text;
}

/** -1 when it does not close. */
function closingQuote(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at;
  }
  return -1;
}

const isEndOfScalar = (byte: number): boolean =>
  byte === COMMA || byte === CLOSING_BRACE || byte === CLOSING_BRACKET || byte === BRACE || byte === OPENING_BRACKET;

function endOfScalar(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && !isEndOfScalar(bytes[at] as number)) at++;
  return at;
}

function skipSpace(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(bytes[at] as number)) at++;
  return at;
}

function startsWith(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
  return true;
}

const isCapital = (byte: number): boolean => byte >= 65 && byte <= 90;
const isSpace = (byte: number): boolean => byte === SPACE || byte === TAB;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;
