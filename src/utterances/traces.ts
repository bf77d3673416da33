import type { Speaker } from '../domain/snapshot.ts';
import type { Utterance } from '../domain/utterance.ts';

/**
 * k8s.io/utils/trace: `Trace[1298498081]: "List etcd3" key:/tides,… (total time: 11648ms):`, and its steps. Name and times are the server's
 * own; every other field is its client's.
 */
const TRACE = /\bTrace\[\d{1,20}\]: {0,4}(?:\[|-{3})?"([^"]{1,80})"(.{0,2000})/;
const TIME = /\(total time: (\d{1,9})ms\)|\b(\d{1,9})ms \(\d\d:\d\d/;
/** Longer than the aggregator waits for an answer: a server that waits so long for another has failed its own clients. */
const TOO_LONG_MS = 5000;
/**
 * In the storage alone: etcd itself calls more than 100 ms slow, and what Kubernetes promises for a whole request is 1 s (SIG Scalability,
 * API responsiveness); twice that for one part of it.
 */
const STORAGE_TOO_LONG_MS = 2000;
const OF_STORAGE = /\betcd3?\b|^(?:Txn|Objects listed|Transaction)/i;
const OF_CLIENT = /^Reflector|^List ?And ?Watch/i;

export const isTrace = (message: string): boolean => message.includes('Trace[') && TRACE.test(message.slice(0, 4096));

/** What a trace says when it took longer than others wait for; undefined for the short ones, which servers print every day. */
export function readTrace(text: string, speaker: Speaker | 'unknown'): Utterance | undefined {
  const [, name = '', rest = ''] = TRACE.exec(text) ?? [];
  const time = TIME.exec(rest);
  const milliseconds = Number(time?.[1] ?? time?.[2] ?? 0);
  if (milliseconds < (OF_STORAGE.test(name) ? STORAGE_TOO_LONG_MS : TOO_LONG_MS)) return undefined;
  return { speaker, step: 'request', reason: 'slow', target: { role: roleOf(name, speaker) }, operation: 'trace', polarity: 'failed' };
}

function roleOf(name: string, speaker: Speaker | 'unknown'): Utterance['target']['role'] {
  if (OF_STORAGE.test(name)) return 'etcd';
  return OF_CLIENT.test(name) || speaker === 'kube-apiserver' ? 'kube-apiserver' : 'unknown';
}
