import type { Signature } from '../../domain/signature.ts';
import type { LogFacts, SignatureCount } from '../../domain/snapshot.ts';
import type { PodRecord } from '../../objects/pods.ts';
import { redacted } from '../../redact/redact.ts';
import { MAX_LINE_BYTES } from '../../scan/line-judge.ts';
import { LineSplitter } from '../../scan/line-splitter.ts';
import { BUILT_IN_PATTERNS, saidItself } from '../../signatures/classify.ts';
import { SIGNATURES } from '../../signatures/list.ts';
import { createLogScanner } from '../../signatures/log-scanner.ts';
import type { DumpFile } from './dump-file.ts';

/** Of a longer log its end is read. */
const MOST_LOG_BYTES = 32 * 2 ** 20;
const LAST_WORDS = 20;
const LONGEST_SAMPLE = 512;

export interface PodLog {
  readonly pod: string;
  /** Undefined where the dump does not tell. */
  readonly container: string | undefined;
  /** Of the instance before the last restart. */
  readonly previous: boolean;
  readonly file: DumpFile;
}

/** A pod of the dump. */
type PodName = Pick<PodRecord, 'namespace' | 'name'>;

/**
 * The logs of some pods among the files of a dump: `<ns>/<pod>/logs.txt` (cluster-info dump),
 * `pods/<pod>/<container>/<container>/logs/current.log` (must-gather; `current.insecure.log` where the kubelet's certificate is not trusted), `pods/logs/<ns>/<pod>/<container>.log` and
 * `<collector>/<pod>/<container>.log` (support bundle, which may hold a log twice: it counts once). A log counts for the pod of the
 * namespace that its path names; where it names none, only if no other namespace has a pod of that name.
 * @param all every pod of the dump.
 */
export function logsOf(files: readonly DumpFile[], pods: readonly PodName[], all: readonly PodName[]): PodLog[] {
  const own = new Map(pods.map((pod) => [pod.name, pod.namespace]));
  const namespaces = new Set(all.map(({ namespace }) => namespace));
  const shared = new Set(all.filter(({ name, namespace }) => own.has(name) && own.get(name) !== namespace).map(({ name }) => name));
  const found = new Map<string, PodLog>();
  for (const file of files) {
    const log = logIn(file, own);
    if (!log) continue;
    const above = file.segments.slice(0, file.segments.indexOf(log.pod)).filter((segment) => namespaces.has(segment));
    const isOwn = above.length > 0 ? above.includes(own.get(log.pod) ?? '') : !shared.has(log.pod);
    const key = `${log.pod}/${log.container ?? ''}/${file.segments.at(-1) ?? ''}`;
    if (isOwn && !found.has(key)) found.set(key, log);
  }
  return [...found.values()];
}

function logIn(file: DumpFile, pods: ReadonlyMap<string, string>): PodLog | undefined {
  const { segments } = file;
  const name = segments.at(-1) ?? '';
  if (!/\.log$|^logs\.txt$/.test(name)) return undefined;
  const at = segments.findIndex((segment) => pods.has(segment));
  const pod = segments[at];
  if (pod === undefined) return undefined;
  const previous = /previous/.test(name);
  const container = segments[at + 1] === name ? name.replace(/(?:-previous)?\.log$/, '') : segments[at + 1];
  return { pod, container: container === 'logs.txt' ? undefined : container, previous, file };
}

/** What kubectl writes in place of a log that it did not get (kubectl 1.32 to 1.37: pkg/cmd/clusterinfo/clusterinfo_dump.go). */
const NOT_GOT = /^(?:Request log error|Create log request error): (.{1,1000})/;
const OF_THE_DUMP = /^==== (?:START|END) logs for container /;
/** Longer files hold lines of a pod. */
const LONGEST_WITHOUT = 4096;

/** Without logs that the tool did not get: they hold an error of its own, and no word of the pod. */
export async function withoutNotGot(logs: readonly PodLog[], note: (text: string) => void): Promise<readonly PodLog[]> {
  const got: PodLog[] = [];
  for (const log of logs) {
    const error = await whyNotGot(log.file);
    if (error === undefined) got.push(log);
    else note(`the log of pod ${log.pod} is not in the dump, which holds instead: ${redacted(error)}`);
  }
  return got;
}

async function whyNotGot(file: DumpFile): Promise<string | undefined> {
  // A file that can't be read says so when its lines are counted.
  const text = (await file.size()) > LONGEST_WITHOUT ? '' : await file.text().catch(() => '');
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !OF_THE_DUMP.test(line));
  const errors = lines.flatMap((line) => NOT_GOT.exec(line)?.[1] ?? []);
  return errors.length === lines.length ? errors[0] : undefined;
}

/** What the live log tail would have counted. @param at the time of the dump, Unix milliseconds. */
export async function readLogs(logs: readonly PodLog[], at: number, note: (text: string) => void): Promise<LogFacts> {
  const lines = { info: 0, warning: 0, error: 0, fatal: 0, unknown: 0 };
  const found = new Matches();
  const lastWords: LogFacts['lastWords'][number][] = [];
  const scanner = createLogScanner(BUILT_IN_PATTERNS);
  let cut = 0;
  for (const log of logs) {
    try {
      const { bytes, truncated } = await log.file.end(MOST_LOG_BYTES);
      if (truncated) cut++;
      countSeverities(bytes, lines);
      scanner.scanLines(bytes, 0, bytes.length, (pattern, line, start, end) => found.add(pattern, line.subarray(start, end)));
      if (log.previous) lastWords.push({ pod: log.pod, container: log.container ?? '', lines: lastLines(bytes) });
    } catch (error) {
      note(`${log.file.segments.join('/')} can't be read: ${(error as Error).message}`);
    }
  }
  return {
    lines,
    matches: found.counts(at),
    dropped: { budget: cut, truncated: 0, gap: 0 },
    unknownTemplates: [],
    lastWords,
  };
}

/** Lines by what their program says itself, without what its clients put into them. */
class Matches {
  readonly #found = new Map<Signature, { count: number; sample: string }>();

  add(pattern: number, line: Uint8Array): void {
    const text = Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, MAX_LINE_BYTES)).toString('utf8');
    const signature = saidItself(text, SIGNATURES[pattern]);
    if (!signature) return;
    const sample = redacted(text.slice(0, 4 * LONGEST_SAMPLE)).slice(0, LONGEST_SAMPLE);
    this.#found.set(signature, { count: (this.#found.get(signature)?.count ?? 0) + 1, sample });
  }

  /** In the order of the catalogue. */
  counts(at: number): SignatureCount[] {
    return [...this.#found]
      .sort(([a], [b]) => SIGNATURES.indexOf(a) - SIGNATURES.indexOf(b))
      .map(([{ id, speaker }, { count, sample }]) => ({ signature: id, speaker, count, lastAt: at, sample }));
  }
}

const SEVERITY: Readonly<Record<number, keyof LogFacts['lines']>> = { 73: 'info', 87: 'warning', 69: 'error', 70: 'fatal' };

/** By klog's first letter and digit (`E0105 …`), after a kubelet timestamp where there is one; anything else is unknown. */
function countSeverities(bytes: Buffer, lines: Record<keyof LogFacts['lines'], number>): void {
  const splitter = new LineSplitter({ maxBytes: MAX_LINE_BYTES, longer: 'cut' });
  const count = (line: Buffer, start: number, end: number): void => {
    if (end === start) return;
    const stamped = line[start + 4] === 45 && line[start + 10] === 84;
    const text = stamped ? line.indexOf(32, start) + 1 || end : start;
    const severity = text + 1 < end && isDigit(line[text + 1] ?? 0) ? SEVERITY[line[text] ?? 0] : undefined;
    lines[severity ?? 'unknown']++;
  };
  splitter.push(bytes, count);
  splitter.end(count);
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

function lastLines(bytes: Uint8Array): string[] {
  return redacted(Buffer.from(bytes.subarray(Math.max(0, bytes.length - 65_536))).toString('utf8'))
    .split('\n')
    .filter((line) => line.trim())
    .slice(-LAST_WORDS)
    .map((line) => line.slice(0, LONGEST_SAMPLE));
}
