import type { Speaker } from '../domain/snapshot.ts';
import type { Reason, Step, Utterance } from '../domain/utterance.ts';
import { type Link, linksOf } from './links.ts';
import { mayTellOfFailure } from './may-fail.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { polarityOf } from './polarity.ts';
import { REASON_RANKS, type ReasonRow } from './reasons.ts';
import { severityOf } from './severity.ts';
import { type Addresses, targetOf } from './targets.ts';
import { isTrace, readTrace } from './traces.ts';

/** Of a longer message the beginning is read: what is longer lists errors that are alike. */
const MOST_CHARACTERS = 4096;

/**
 * What a message of a program says failed, read as errors are built: the outer operation is wrapped around the inner one
 * (`Get "https://…": dial tcp 10.0.0.7:443: connect: no route to host`), so the innermost reason is what happened and the operation
 * just before it is the step. Undefined when the message tells of no failure that a reason is known for. Total, and linear
 * in the message, of which at most 4,096 characters are read.
 * @param speaker who prints it, as far as its file or the command before it tells; the message itself may tell better.
 * @param addresses whose they are, as far as the same text shows.
 */
export function readUtterance(message: string, speaker: Speaker | 'unknown', addresses?: Addresses): Utterance | undefined {
  const head = message.length > MOST_CHARACTERS ? message.slice(0, MOST_CHARACTERS) : message;
  if (!mayTellOfFailure(head)) return undefined;
  const text = unwrapped(head);
  if (isTrace(text)) return readTrace(text, speaker);
  const operation = OPERATIONS.find(({ words }) => words.test(text));
  const links = linksOf(text);
  const found = reasonIn(text, links) ?? failureOf(text, operation, links);
  if (!found) return undefined;
  const before = links.filter(({ at }) => at <= found.end);
  const who = operation?.speaker ?? speaker;
  const reason = reasonOf(found, before);
  return {
    speaker: who,
    step: stepOf(before, found, operation),
    reason,
    target: targetOf(before.some(({ host }) => host !== undefined) ? before : links, { operation, speaker: who, reason, addresses }),
    polarity: polarityOf(text, found),
    ...known({ operation: operation?.id, verb: before.findLast((link) => link.verb !== undefined)?.verb, severity: severityOf(text) }),
  };
}

type Details = Pick<Utterance, 'operation' | 'verb' | 'severity'>;

/** Those of the details that the text gives. */
function known(details: { readonly [Key in keyof Details]: Details[Key] | undefined }): Details {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
}

interface Found extends Omit<ReasonRow, 'words'> {
  readonly at: number;
  readonly end: number;
}

/**
 * The innermost reason. A status that stands before a request (`Internal error occurred: … Post "https://…": context deadline exceeded`) is
 * what its sender answered for want of that: what stands behind the request is nearer to the fault, however little it tells.
 */
function reasonIn(text: string, links: readonly Link[]): Found | undefined {
  const found = innermost(text);
  if (found?.step !== 'status') return found;
  const request = links.findLast(({ kind, verb }) => kind === 'url' && verb !== undefined);
  if (request === undefined || found.end > request.at) return found;
  const behind = innermost(text.slice(request.at));
  return behind ? { ...behind, at: behind.at + request.at, end: behind.end + request.at } : found;
}

/** The innermost reason of the most telling rank. */
function innermost(text: string): Found | undefined {
  for (const rank of REASON_RANKS) {
    let last: Found | undefined;
    for (const { words, reason, step } of rank)
      for (const match of text.matchAll(words)) {
        const end = match.index + match[0].length;
        if (last === undefined || end > last.end) last = { reason, step, at: match.index, end };
      }
    if (last) return last;
  }
  return undefined;
}

const FAILURE = /\b(?:error|failed|failure|unable|cannot|could not|couldn't|invalid)\b/i;

/** A failure without a reason that is known, of which it is known whom it asked. */
function failureOf(text: string, operation: Operation | undefined, links: readonly Link[]): Found | undefined {
  if (!ASKS.has(operation?.role) && !links.some(({ store }) => store)) return undefined;
  const match = FAILURE.exec(text);
  return match ? { reason: 'failed', step: 'request', at: match.index, end: match.index + match[0].length } : undefined;
}

/** Roles of which a failed operation is news without a reason too: what a server cannot answer without. */
const ASKS: ReadonlySet<Operation['role']> = new Set<Operation['role']>(['prometheus', 'kubelet', 'etcd', 'dependency']);

/** Reasons that can end any step: what was being done decides. A verdict on a certificate is always the handshake's. */
const ANYWHERE: ReadonlySet<Reason> = new Set<Reason>([
  'refused',
  'timed-out',
  'unreachable',
  'not-permitted',
  'reset',
  'closed',
  'deadline',
  'canceled',
]);

const STEP_OF_LINK: ReadonlyMap<Link['kind'], Step> = new Map<Link['kind'], Step>([
  ['dial', 'dial'],
  ['exchange', 'request'],
  ['lookup', 'resolve'],
  ['proxy', 'dial'],
  ['handshake', 'tls'],
]);

function stepOf(links: readonly Link[], found: Found, operation: Operation | undefined): Step {
  if (!ANYWHERE.has(found.reason)) return found.step;
  if (operation?.id === 'serve') return 'tls';
  // What a name server was asked over UDP is part of the lookup.
  if (asksNameServer(links)) return 'resolve';
  if (found.step === 'headers' || found.step === 'body') return found.step;
  const last = links.findLast(({ kind }) => kind !== 'url');
  return (last && STEP_OF_LINK.get(last.kind)) ?? found.step;
}

function asksNameServer(links: readonly Link[]): boolean {
  const looked = links.findLastIndex(({ kind }) => kind === 'lookup');
  return looked >= 0 && links.slice(looked + 1).every(({ network, port }) => network === 'udp' || port === 53);
}

/** A name server that does not answer fails in whatever way. */
function reasonOf({ reason }: Found, links: readonly Link[]): Reason {
  return ANYWHERE.has(reason) && asksNameServer(links) ? 'name-server-failing' : reason;
}

const STACK_TRACE = /"?stack_?trace"?[:=]/i;

/** Without the quoting of an error inside JSON or a quoted field, and without a stack trace, which names functions and not what failed. */
function unwrapped(text: string): string {
  const trace = STACK_TRACE.exec(text);
  const own = trace ? text.slice(0, trace.index) : text;
  return own.includes('\\') ? own.replaceAll(/\\+"/g, '"').replaceAll('\\n', ' ').replaceAll('\\t', ' ') : own;
}
