import { UNNAMED_API } from '../../domain/answer.ts';
import type { CauseId, SignatureId } from '../../domain/ids.ts';
import { isError, type Signature } from '../../domain/signature.ts';
import type { HarmlessLine, SignatureCount } from '../../domain/snapshot.ts';
import type { Scanner } from '../../scan/scanner.ts';
import { builtInScanner, saidItself } from '../../signatures/classify.ts';
import { SIGNATURES } from '../../signatures/list.ts';
import { createLogScanner } from '../../signatures/log-scanner.ts';
import { FAILURE_PATTERN } from '../../utterances/may-fail.ts';
import { type Named, NearestNames } from '../../utterances/nearest.ts';
import type { Addresses } from '../../utterances/targets.ts';
import { asItsOwn } from './clients-own.ts';
import { beginEvenly } from './even-onsets.ts';
import { startsLogLine } from './lines.ts';
import type { Message, Voice } from './messages.ts';
import { type ErrorTimes, merged, NO_ERRORS, withError } from './over.ts';
import { looksLikeError } from './symptoms.ts';

const BATCH_BYTES = 1 << 20;
const SAMPLE = 512;
const MOST_HARMLESS = 5;
const MINUTE_MS = 60_000;
/** Of errors, that are looked at for a schedule: the first of each minute. */
const MOST_TIMES = 5000;

/** What some messages say together. */
export interface Said {
  readonly counts: readonly SignatureCount[];
  /** Some of them point to a cause. */
  readonly points: boolean;
  readonly harmless: readonly HarmlessLine[];
  /** The first error that somebody got, by a signature. */
  readonly error: string | undefined;
  /** The first of those that an API which answers goes on with: of one of its nodes, or of a pod that may have come since. */
  readonly partial: string | undefined;
  /** The first of those that are about one request: of its metric, of a wait before it. */
  readonly single: string | undefined;
  /** The first line of the severity error that no signature knows. */
  readonly unknownError: string | undefined;
  readonly errors: ErrorTimes;
}

export interface Matches {
  /** What the messages say that are about this API, and, where wanted, those that are about none in so many words. */
  of(api: string, withNeutral: boolean): Said;
  /** Some line was matched by a signature, or is an error for one. */
  readonly any: boolean;
}

interface Found {
  readonly named: Named;
  count: number;
  readonly sample: string;
  /** When it was said first, where that line is stamped. Unix milliseconds. */
  readonly firstAt: number | undefined;
}

interface Book {
  readonly found: Map<string, Found>;
  error: string | undefined;
  /** The first that an API which answers goes on with. */
  partial: string | undefined;
  single: string | undefined;
  /** The first error that may be the client's own. */
  ownError: string | undefined;
  unknownError: string | undefined;
  errors: ErrorTimes;
  /** When they were, as far as they are stamped, once a minute. Unix milliseconds. */
  readonly times: number[];
}

const NEUTRAL = '';
/**
 * What the messages say, each by what names it best, kept apart by the API that a message is about. What an aggregated server
 * would mean by a line is no evidence when the kube-apiserver prints it of its own clients, but it is an error all the same.
 * @param addresses whose addresses the text shows elsewhere.
 */
export function matchMessages(messages: readonly Message[], time: number, addresses?: Addresses): Matches {
  const books = new Map<string, Book>();
  const nearest = new NearestNames(addresses);
  for (const batch of batchesOf(messages)) {
    const { named, tells } = signaturesOf(batch.map(({ line }) => line));
    for (const [index, { line, voice, about, at }] of batch.entries()) {
      const nearestName = nearest.of(line, named[index], voice, tells && tells[index] === 1);
      const said = nearestName && asItsOwn(line, nearestName, about);
      for (const api of about.length === 0 ? [NEUTRAL] : about)
        enter(bookOf(books, api), line, said, { voice, named: about.length > 0, at });
    }
  }
  const neutral = books.get(NEUTRAL);
  return {
    of: (api, withNeutral) => summed([books.get(api), ...(withNeutral ? [neutral] : [])], { time, api }),
    any: [...books.values()].some(({ found, error, partial, single }) => found.size > 0 || (error ?? partial ?? single) !== undefined),
  };
}

type Line = Pick<Message, 'voice' | 'about' | 'at'> & { readonly line: string };

const LINE_BREAK = /[\r\n]/;
const LINE_BREAKS = /[\r\n]+/g;

function* batchesOf(messages: readonly Message[]): Generator<readonly Line[]> {
  let batch: Line[] = [];
  let bytes = 0;
  for (const { text, voice, about, at } of messages) {
    const line = LINE_BREAK.test(text) ? text.replaceAll(LINE_BREAKS, ' ') : text;
    batch.push(at === undefined ? { line, voice, about } : { line, voice, about, at });
    bytes += line.length;
    if (bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

interface Scanned {
  readonly named: readonly (Signature | undefined)[];
  /** By line, 1 where it may tell of a failure; undefined of few lines, each of which is asked sooner than the tables of a search are made. */
  readonly tells: Uint8Array | undefined;
}

function signaturesOf(lines: readonly string[]): Scanned {
  const named = new Array<Signature | undefined>(lines.length);
  const buffer = Buffer.from(lines.join('\n'));
  const starts = lineStarts(buffer);
  scanBatch(builtInScanner(), buffer, starts, (line, pattern) => {
    named[line] = SIGNATURES[pattern];
  });
  return { named: named.map((signature, index) => saidItself(lines[index] ?? '', signature)), tells: tellingOf(buffer, starts) };
}

/** Bytes from which on a search for all pieces of words at once costs less than to ask line by line. */
const MANY_BYTES = BATCH_BYTES / 2;
let failures: Scanner | undefined;

function tellingOf(buffer: Buffer, starts: readonly number[]): Uint8Array | undefined {
  if (buffer.length < MANY_BYTES) return undefined;
  failures ??= createLogScanner([{ id: 'failure', pattern: FAILURE_PATTERN }]);
  const tells = new Uint8Array(starts.length);
  scanBatch(failures, buffer, starts, (line) => {
    tells[line] = 1;
  });
  return tells;
}

/** Calls for each line that something matches, in the order of the lines. */
function scanBatch(
  scanner: Pick<Scanner, 'scanLines'>,
  buffer: Buffer,
  starts: readonly number[],
  onLine: (line: number, pattern: number) => void,
): void {
  let line = 0;
  scanner.scanLines(buffer, 0, buffer.length, (pattern, _bytes, start) => {
    while ((starts[line] ?? start) < start) line++;
    onLine(line, pattern);
  });
}

function bookOf(books: Map<string, Book>, api: string): Book {
  const known = books.get(api);
  if (known) return known;
  const book: Book = {
    found: new Map(),
    error: undefined,
    partial: undefined,
    single: undefined,
    ownError: undefined,
    unknownError: undefined,
    errors: NO_ERRORS,
    times: [],
  };
  books.set(api, book);
  return book;
}

interface SaidBy {
  readonly voice: Voice;
  readonly named: boolean;
  readonly at: number | undefined;
}

function enter(book: Book, line: string, named: Named | undefined, said: SaidBy): void {
  if (named) enterNamed(book, line, named, said);
  else enterUnexplained(book, line, said);
}

function enterUnexplained(book: Book, line: string, said: SaidBy): void {
  if ((said.voice === 'kube-apiserver' && !said.named) || !looksLikeError(line)) return;
  enterError(book, 'unknownError', line, { at: said.at, inner: said.voice !== 'kube-apiserver' });
}

type ErrorKind = 'error' | 'partial' | 'single' | 'ownError' | 'unknownError';

function enterError(book: Book, kind: ErrorKind, line: string, { at, inner }: { at: number | undefined; inner: boolean }): void {
  book[kind] ??= sampleOf(line);
  book.errors = withError(book.errors, at, inner);
  if (at !== undefined && book.times.length < MOST_TIMES && Math.abs(at - (book.times.at(-1) ?? 0)) >= MINUTE_MS) book.times.push(at);
}

function kindOf(line: string, named: Named): ErrorKind | undefined {
  if (named.role === 'client-own') return 'ownError';
  if (!isError(named)) return undefined;
  if (OF_ONE_REQUEST.has(named.id)) return 'single';
  return isOfAPart(named) || (IS_RETRIED.test(line) && !STAYS.test(line)) ? 'partial' : 'error';
}

function enterNamed(book: Book, line: string, named: Named, said: SaidBy): void {
  if (!isMeant(named, said.voice)) {
    // Its own clients' troubles are chatter, unless it calls them an error.
    if (isError(named) && (looksLikeError(line) || !startsLogLine(line))) enterError(book, 'error', line, { at: said.at, inner: false });
    return;
  }
  const kind = kindOf(line, named);
  const inner = named.speaker === 'aggregated-server' && said.voice !== 'kube-apiserver';
  if (kind) enterError(book, kind, line, { at: said.at, inner });
  const known = book.found.get(named.id);
  if (known) known.count++;
  else book.found.set(named.id, { named, count: 1, sample: sampleOf(line), firstAt: said.at });
  if (hasOutlasted(named, known?.firstAt, said.at)) enterError(book, 'partial', line, { at: said.at, inner });
}

/**
 * metrics-server scrapes at its start and again after `--metric-resolution`, a minute if nobody set it, and has metrics to serve from then
 * on (0.9: pkg/server/server.go, pkg/storage/storage.go: Ready). The first probe comes after the first scrape, so what is still missing a
 * minute after one that failed does not come by itself.
 */
const SECOND_SCRAPE_MS = 60_000;

function hasOutlasted({ id }: Named, firstAt: number | undefined, at: number | undefined): boolean {
  return id === NO_METRICS_YET && firstAt !== undefined && at !== undefined && at - firstAt >= SECOND_SCRAPE_MS;
}

const NO_METRICS_YET: SignatureId = 'metric-storage-empty';

/**
 * metrics-server is ready, and its API available, while it has figures of any node (pkg/storage, pkg/server): what it says of kubelets is of
 * some. What a kubelet says of a pod was true when it said so.
 */
const isOfAPart = ({ speaker, pointsTo }: Named): boolean =>
  speaker === 'kubelet' || (pointsTo.length > 0 && pointsTo.every((cause) => OF_KUBELETS.has(cause)));

/**
 * An adapter that does not know one metric has answered for the others (custom-metrics-apiserver pkg/provider). And a wait is no error:
 * client-go sends the request afterwards, unless its deadline has passed.
 */
const OF_ONE_REQUEST: ReadonlySet<string> = new Set<SignatureId>([
  'metric-not-offered',
  'metric-not-set-up',
  'datadog-metric-invalid',
  'client-side-throttling',
  'client-side-throttling-long',
]);

/**
 * The kube-apiserver fetches the OpenAPI document of each API anew until it has it, from its own start on (kube-aggregator 1.36
 * pkg/controllers/openapi/controller.go): no request of anybody failed with it, and an API that answers has been slower than the first try.
 */
const IS_RETRIED =
  /loading openapi spec for |error updating apiservice .{1,300}failed to retrieve openapi|openapi aggregationcontroller: /i;

/**
 * No second try makes a certificate trusted. Up to Kubernetes 1.35 the check of availability verifies none (kube-aggregator v0.35.4:
 * pkg/controllers/status/remote/remote_available_controller.go), so the condition stays True while each request gets 503.
 */
const STAYS = /\bx509: /;

const OF_KUBELETS: ReadonlySet<string> = new Set<CauseId>([
  'kubelet-scrape-failing',
  'kubelet-unreachable',
  'kubelet-certificate-untrusted',
]);

function summed(books: readonly (Book | undefined)[], { time, api }: { time: number; api: string }): Said {
  const named = api !== UNNAMED_API;
  const own = books.filter((book) => book !== undefined);
  const found = new Map<string, Found>();
  for (const book of own)
    for (const [id, hit] of book.found)
      if (named || !hit.named.underName) found.set(id, { ...hit, count: hit.count + (found.get(id)?.count ?? 0) });
  const counts = [...found.values()].map((hit) => inItsCluster(countOf(hit, time), hit.named, api));
  if (beginEvenly(own.flatMap(({ times }) => times))) counts.push({ ...ON_A_SCHEDULE, lastAt: time });
  return {
    counts,
    points: [...found.values()].some(({ named: { pointsTo } }) => pointsTo.length > 0),
    harmless: [...found.values()]
      .filter(({ named: { role } }) => role === 'harmless' || (!named && role === 'client-own'))
      .slice(0, MOST_HARMLESS)
      .map(({ named: { says = '' }, count, sample }) => ({ line: sample, says, count })),
    error: first(own, 'error') ?? (named ? first(own, 'ownError') : undefined),
    partial: first(own, 'partial'),
    single: first(own, 'single'),
    unknownError: first(own, 'unknownError'),
    errors: merged(own.map(({ errors }) => errors)),
  };
}

/** Read out of the times of errors: no signature has its id. */
const ON_A_SCHEDULE = {
  signature: 'errors-on-a-schedule',
  speaker: 'controller',
  count: 1,
  sample: 'the errors begin at even distances',
  pointsTo: ['scheduled-operation'],
} as const;

/**
 * OpenShift's own API servers keep their objects in the etcd of the control plane (etcd.openshift-etcd.svc), as the kube-apiserver does: what they say
 * of their storage they say of that.
 */
const OF_OPENSHIFT = /\.openshift\.io$/;
const OWN_STORAGE: CauseId = 'backend-storage-failing';

function inItsCluster(count: SignatureCount, { pointsTo }: Named, api: string): SignatureCount {
  if (!OF_OPENSHIFT.test(api) || !pointsTo.includes(OWN_STORAGE)) return count;
  return { ...count, pointsTo: ['etcd-slow', ...pointsTo.filter((cause) => cause !== OWN_STORAGE && cause !== 'etcd-slow')] };
}

function countOf({ named: { id, speaker, pointsTo, read }, count, sample }: Found, time: number): SignatureCount {
  return { signature: id, speaker, count, lastAt: time, sample, ...(read ? { pointsTo } : {}) };
}

function first(books: readonly Book[], which: ErrorKind): string | undefined {
  return books.find((book) => book[which] !== undefined)?.[which];
}

const sampleOf = (line: string): string => line.trim().slice(0, SAMPLE);

function isMeant({ speaker, read }: Named, voice: Voice): boolean {
  return read === true || !(voice === 'kube-apiserver' && speaker === 'aggregated-server');
}

function lineStarts(buffer: Buffer): readonly number[] {
  const starts = [0];
  for (let at = buffer.indexOf(10); at >= 0; at = buffer.indexOf(10, at + 1)) starts.push(at + 1);
  return starts;
}
