import { observedValue } from '../../domain/observed.ts';
import type { ApiFacts, SignatureCount } from '../../domain/snapshot.ts';
import type { ApiServiceRecord } from '../../objects/api-services.ts';
import { classifyAll } from '../../signatures/classify.ts';

const LONGEST_SAMPLE = 512;

/** Signatures in the condition's message and in event messages. */
export function textMatchesOf(api: ApiServiceRecord, events: ApiFacts['events'], time: number): SignatureCount[] {
  const texts: { readonly text: string; readonly at: number; readonly count: number }[] = [];
  const { condition } = api;
  if (condition && condition.status !== 'True') texts.push({ text: condition.message, at: condition.lastTransition ?? time, count: 1 });
  for (const { message, at, count } of observedValue(events)?.recent ?? []) texts.push({ text: message, at, count });
  const matches = new Map<string, SignatureCount>();
  for (const { text, at, count } of texts)
    for (const { id, speaker } of classifyAll(text)) {
      const known = matches.get(id);
      const newer = !known || at >= known.lastAt;
      matches.set(id, {
        signature: id,
        speaker,
        count: (known?.count ?? 0) + count,
        lastAt: newer ? at : known.lastAt,
        sample: newer ? text.slice(0, LONGEST_SAMPLE) : known.sample,
      });
    }
  return [...matches.values()];
}
