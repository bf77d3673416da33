import * as z from 'zod';
import { SNAPSHOT_SCHEMA, type Snapshot } from '../../domain/snapshot.ts';
import { LineSplitter } from '../../scan/line-splitter.ts';
import { InputError } from './input-error.ts';

/** A snapshot of a large cluster is some MB. */
const LONGEST_LINE = 64 * 2 ** 20;

const FACT = z.looseObject({ state: z.enum(['observed', 'absent', 'forbidden', 'unobserved']) });
const API = z.looseObject({
  name: z.string(),
  backend: z.looseObject({ namespace: z.string(), service: z.string(), port: z.number() }),
  condition: FACT,
  service: FACT,
  endpoints: FACT,
  pods: FACT,
  workload: FACT,
  events: FACT,
  logs: FACT,
  policy: FACT,
  resources: FACT,
  backendMetrics: FACT,
  rights: FACT,
  probes: z.array(z.looseObject({ vantage: z.string(), request: z.string(), last: z.looseObject({ ok: z.boolean() }) })),
  textMatches: z.array(z.looseObject({})),
  changes: z.array(z.looseObject({ at: z.number() })),
});
/** The parts without which nothing could be read; a signal that misses one of its own facts is not observed. */
const SNAPSHOT = z.looseObject({
  schema: z.literal(SNAPSHOT_SCHEMA),
  time: z.number(),
  cluster: z.looseObject({
    nodes: FACT,
    frontProxyCa: FACT,
    cronJobs: FACT,
    apiserverLogs: FACT,
    apiservers: z.array(z.looseObject({})),
    changes: z.array(z.looseObject({ at: z.number() })),
  }),
  apis: z.array(API),
  sources: z.array(z.looseObject({ source: z.string(), state: z.string() })),
});

/**
 * Snapshots as `record` wrote them, one JSON object a line, or a single one in any layout. A last line that is cut short
 * (the recording was killed) is left out. @throws InputError that names the line.
 */
export async function* readRecorded(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Snapshot> {
  const lines = numbered(linesOf(chunks, name));
  const first = await lines.next();
  if (first.done) throw new InputError(`${name}: there is no snapshot in it`);
  let { value: pending } = first;
  if (tryParse(pending.text) === undefined) {
    yield checked(tryParse(await joined(pending.text, lines, name)), name, pending.number);
    return;
  }
  for await (const line of lines) {
    const snapshot = tryParse(pending.text);
    if (snapshot === undefined) throw new InputError(`${name}: line ${pending.number} is not JSON`);
    yield checked(snapshot, name, pending.number);
    pending = line;
  }
  const last = tryParse(pending.text);
  if (last !== undefined) yield checked(last, name, pending.number);
}

interface Line {
  readonly text: string;
  readonly number: number;
}

async function* numbered(lines: AsyncIterable<string>): AsyncGenerator<Line> {
  let number = 0;
  for await (const text of lines) {
    number++;
    if (text.trim()) yield { text, number };
  }
}

/** One object laid out over many lines. */
async function joined(first: string, rest: AsyncIterable<Line>, name: string): Promise<string> {
  const lines = [first];
  let length = first.length;
  for await (const { text } of rest) {
    lines.push(text);
    length += text.length + 1;
    if (length > LONGEST_LINE) throw new InputError(`${name}: the snapshot is longer than ${LONGEST_LINE / 2 ** 20} MiB`);
  }
  return lines.join('\n');
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checked(value: unknown, name: string, line: number): Snapshot {
  if (value === undefined) throw new InputError(`${name}: the only snapshot in it is cut short or not JSON`);
  const result = SNAPSHOT.safeParse(value);
  if (result.success) return value as Snapshot;
  const [issue] = result.error.issues;
  throw new InputError(
    `${name}: line ${line} is no snapshot of this version: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'another shape'}`,
  );
}

async function* linesOf(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<string> {
  const splitter = new LineSplitter({ maxBytes: LONGEST_LINE, longer: 'refuse' });
  let lines: string[] = [];
  const keep = (bytes: Buffer, start: number, end: number): void => void lines.push(bytes.toString('utf8', start, end));
  for await (const chunk of chunks) {
    try {
      splitter.push(chunk, keep);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new InputError(`${name}: a line is longer than ${LONGEST_LINE / 2 ** 20} MiB`);
    }
    yield* lines;
    lines = [];
  }
  splitter.end(keep);
  yield* lines;
}
