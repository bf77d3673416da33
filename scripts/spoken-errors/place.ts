import type { Speaker } from '../../src/domain/snapshot.ts';
import { waitingGroupOf } from '../../src/domain/waiting.ts';
import { eventGroupsOf } from '../../src/signals/events.ts';
import { classifyText } from '../../src/signatures/classify.ts';
import { readUtterance } from '../../src/utterances/read.ts';
import type { Spoken } from './facts.ts';

/** Who says it, as the reader calls speakers. Libraries are spoken by whoever is built with them. */
const SPEAKER_OF: ReadonlyMap<string, Speaker> = new Map<string, Speaker>([
  ['kube-aggregator', 'kube-apiserver'],
  ['kube-apiserver', 'kube-apiserver'],
  ['kubelet', 'kubelet'],
  ['kube-controller-manager', 'controller'],
  ['metrics-server', 'aggregated-server'],
  ['custom-metrics-apiserver', 'aggregated-server'],
  ['keda-adapter', 'aggregated-server'],
]);

/** What the reader makes of a text. */
export interface Place {
  /** A signature, step and reason of an utterance, the group of an event, or the reason that a container waits for. */
  readonly by: 'signature' | 'utterance' | 'event' | 'container';
  readonly as: string;
}

/** @param text what is printed of it. Undefined: the reader makes nothing of it. */
export function placeOf(spoken: Spoken, text: string): Place | undefined {
  const signature = classifyText(text);
  if (signature) return { by: 'signature', as: signature.id };
  const utterance = readUtterance(text, SPEAKER_OF.get(spoken.program) ?? 'unknown');
  if (utterance) return { by: 'utterance', as: `${utterance.step}: ${utterance.reason}` };
  return byReason(spoken, text);
}

/** Events and the states of containers have a reason in one word, which is read as a field of the object. */
function byReason({ kind, program }: Spoken, text: string): Place | undefined {
  const [, reason = '', message = ''] = /^([A-Z]\w{3,60})(?::\s+(.*)|$)/s.exec(text) ?? [];
  if (kind === 'event' || (kind === 'condition' && program === 'kubelet')) {
    const [group] = eventGroupsOf({ type: 'Warning', reason, message, kind: 'Pod', object: 'Pod/adapter-6c9f7d-x2x4z', at: 0, count: 1 });
    if (group !== undefined) return { by: 'event', as: group };
  }
  const waiting = program === 'kubelet' ? waitingGroupOf(reason) : undefined;
  return waiting === undefined ? undefined : { by: 'container', as: waiting };
}
