import { observedValue } from '../../domain/observed.ts';
import type { ApiFacts, SignatureCount } from '../../domain/snapshot.ts';
import type { ApiServiceRecord } from '../../objects/api-services.ts';
import { classifyAll } from '../../signatures/classify.ts';

const LONGEST_SAMPLE = 512;

/** Signatures in the condition's message and in event messages. */
export function textMatchesOf(api: ApiServiceRecord, events: ApiFacts['events'], time: number): SignatureCount[] {
  const matches = new Map<string, SignatureCount>();
  for (const { text, at, count } of [...conditionText(api, time), ...eventTexts(events)])
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

interface CountedText {
  readonly text: string;
  readonly at: number;
  readonly count: number;
}

function conditionText({ condition }: ApiServiceRecord, time: number): CountedText[] {
  if (!condition || condition.status === 'True') return [];
  return [{ text: condition.message, at: condition.lastTransition ?? time, count: 1 }];
}

function eventTexts(events: ApiFacts['events']): CountedText[] {
  return (observedValue(events)?.recent ?? []).map(({ message, at, count }) => ({ text: message, at, count }));
}
