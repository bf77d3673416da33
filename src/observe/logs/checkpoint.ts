import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import * as z from 'zod';
import type { SavedBooks } from './log-books.ts';
import type { SavedTail } from './log-tail.ts';

/** Of another layout nothing is taken. */
const SCHEMA = 'aggregated-api-exporter/logs/v1';
/** A ConfigMap holds 1 MiB, its base64 included. */
export const MOST_BYTES = 512 * 1024;
const MOST_UNPACKED = 64 * 2 ** 20;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

const count = z.number().nonnegative();
const book = z.object({
  lines: z.object({ info: count, warning: count, error: count, fatal: count, unknown: count }),
  dropped: z.object({ budget: count, truncated: count, gap: count }),
  matches: z.array(
    z.looseObject({
      id: z.string(),
      speaker: z.string(),
      pointsTo: z.array(z.string()),
      count,
      lastAt: z.number(),
      sample: z.string(),
      sampleAt: z.number(),
      minutes: z.array(z.tuple([z.number(), count])),
    }),
  ),
  templates: z.array(z.object({ key: z.number(), template: z.string(), sample: z.string(), count, lastAt: z.number() })),
  words: z.array(z.object({ pod: z.string(), container: z.string(), lines: z.array(z.string()) })),
});
const named = z.array(z.tuple([z.string(), book]));
const stamp = z.object({ seconds: z.number(), nanoseconds: z.number() });
const reader = z.object({
  seam: z.object({
    lines: z.array(z.tuple([z.number(), z.number(), z.number()])).max(64),
    before: stamp.extend({ atOnce: count }).optional(),
    first: stamp.optional(),
    lastBefore: stamp.optional(),
  }),
  trace: z.object({ name: z.string().max(20), openedAt: z.number() }).optional(),
});
const follower = z.object({
  accounted: count,
  from: z.union([z.enum(['recent', 'start']), z.object({ sinceSeconds: z.number() })]),
  reader,
});
const state = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pending') }),
  z.object({ kind: z.literal('open'), at: z.number() }),
  z.object({ kind: z.literal('forbidden'), message: z.string() }),
  z.object({ kind: z.enum(['unauthorised', 'failed']), message: z.string() }),
]);
const checkpoint = z.object({
  schema: z.literal(SCHEMA),
  books: z.object({ apiserver: book, backends: named, about: named }),
  followed: z.object({
    beganAt: z.number(),
    logs: z.array(z.object({ key: z.string(), apis: z.array(z.string()), state, follower: follower.optional() })),
  }),
});

/** As it is handed over: gzip of JSON. @throws Error when it is too large even without what it quotes. */
export async function encodeCheckpoint(tail: SavedTail, { quotes }: { readonly quotes: boolean }): Promise<Buffer> {
  const whole = quotes ? await packed(tail) : undefined;
  if (whole && whole.length <= MOST_BYTES) return whole;
  const bare = await packed({ ...tail, books: withoutQuotes(tail.books) });
  if (bare.length > MOST_BYTES)
    throw new Error(`what was read of the logs has ${bare.length} bytes; at most ${MOST_BYTES} can be told to the other replicas`);
  return bare;
}

const packed = (tail: SavedTail): Promise<Buffer> => pack(JSON.stringify({ schema: SCHEMA, ...tail }));

/** @throws Error that says what is wrong with it. */
export async function decodeCheckpoint(content: Buffer): Promise<SavedTail> {
  const text = await unpack(content, { maxOutputLength: MOST_UNPACKED });
  return checkpoint.parse(JSON.parse(text.toString('utf8'))) as unknown as SavedTail;
}

function withoutQuotes({ apiserver, backends, about }: SavedBooks): SavedBooks {
  const bare = (of: SavedBooks['apiserver']): SavedBooks['apiserver'] => ({
    ...of,
    matches: of.matches.map((match) => ({ ...match, sample: '' })),
    templates: [],
    words: [],
  });
  const all = (books: SavedBooks['backends']) => books.map(([api, of]) => [api, bare(of)] as const);
  return { apiserver: bare(apiserver), backends: all(backends), about: all(about) };
}
