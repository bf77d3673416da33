import { type FailurePattern, recurrenceInWords } from '../../domain/pattern.ts';
import { secondsInWords } from '../../domain/quantity.ts';
import { isoTime } from './printable.ts';

/** How the failures spread over time, one sentence. @param now Unix seconds; undefined for a text, which shows one moment. */
export function patternInWords(failures: FailurePattern, now: number | undefined): string {
  if (now === undefined)
    return failures.since === undefined
      ? 'a text shows one moment: how long it has failed is not in it'
      : `failing since ${isoTime(failures.since)}, by the condition's last transition; until when is not in the text`;
  const since = `${sinceInWords(failures.since, now)}${recurrenceInWords(failures)}`;
  switch (failures.name) {
    case 'none':
      return `no failure in the last hour${since}`;
    case 'transient':
      return failures.since === undefined
        ? `transient: it failed once and passed${recurrenceInWords(failures)}`
        : `transient so far${since}`;
    case 'intermittent':
      return `intermittent: ${failures.onsets.length} failures began${since}`;
    case 'periodic': {
      const matches = failures.matches === undefined ? '' : `, at the times of ${failures.matches}`;
      return `periodic: every ${secondsInWords(failures.periodSeconds ?? 0)}${matches}${since}`;
    }
    case 'persistent':
      return `persistent${since}`;
  }
}

function sinceInWords(since: number | undefined, now: number): string {
  if (since === undefined) return '';
  return `, failing since ${isoTime(since)}${now - since < 1 ? '' : ` (${secondsInWords(now - since)})`}`;
}
