import type { Answer } from '../../domain/answer.ts';
import type { Diagnoses } from '../../domain/diagnosis.ts';
import { shardInWords } from '../../domain/shard.ts';
import { isoTime } from './printable.ts';

/** How many APIs have which answer, one sentence without its full stop. */
export function answersInWords(all: Diagnoses): string {
  return all.shard ? `${countsInWords(all)} (${shardInWords(all.shard).slice(0, -1)})` : countsInWords(all);
}

function countsInWords({ answer, answers, examined }: Diagnoses): string {
  if (examined.length === 0) return 'Nothing to judge: no aggregated API was found';
  const count = (...of: readonly Answer[]) => answers.filter((one) => of.includes(one.answer)).length;
  const [failing, well, unjudged] = [count('diagnosed', 'errs-cause-unknown'), count('healthy'), count('nothing-to-judge')];
  if (answer === 'healthy') return `${apis(examined.length)} looked at, none errs`;
  if (unjudged === examined.length)
    return `Nothing to judge: ${apis(examined.length)} looked at, and nothing tells whether ${unjudged === 1 ? 'it answers' : 'they answer'}`;
  const parts = [
    failing === 0 ? 'none was seen to err' : `${failing} ${failing === 1 ? 'errs' : 'err'}`,
    ...(well > 0 ? [`${well} well`] : []),
    ...(unjudged > 0 ? [`${unjudged} not judged`] : []),
  ];
  return `${apis(examined.length)} looked at, ${parts.join(', ')}`;
}

/** APIs with this answer and what shows it, those with the same words in one line. */
export function reasonsInWords({ answers }: Diagnoses, wanted: Answer): string[] {
  const byReason = new Map<string, string[]>();
  for (const { apiservice, answer, because } of answers) {
    if (answer !== wanted) continue;
    const names = byReason.get(because);
    if (names) names.push(apiservice);
    else byReason.set(because, [apiservice]);
  }
  return [...byReason].map(([because, names]) => `${listed(names)}: ${because}`);
}

const MOST_NAMES = 20;

function listed(names: readonly string[]): string {
  return names.length > MOST_NAMES ? `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more` : names.join(', ');
}

function apis(count: number): string {
  return count === 1 ? '1 aggregated API' : `${count} aggregated APIs`;
}

/** Lines that look bad and are not, each kind once: what it means, and the line. */
export function harmlessInWords({ answers }: Diagnoses): string[] {
  const byMeaning = new Map<string, string>();
  for (const { harmless = [] } of answers) for (const { says, line } of harmless) if (!byMeaning.has(says)) byMeaning.set(says, line);
  return [...byMeaning].map(([says, line]) => `${says} (${line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line})`);
}

const LONGEST_LINE = 120;

/** The moment that is described. */
export function asOfInWords({ asOf, time }: Diagnoses): string {
  return asOf ?? (time === undefined ? 'an unknown time' : isoTime(time));
}

/** Unix seconds; undefined for a text: nobody knows when it was taken. */
export function nowOf({ asOf, time }: Diagnoses): number | undefined {
  return asOf === undefined ? time : undefined;
}
