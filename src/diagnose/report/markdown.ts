import type { Diagnoses, Diagnosis, Evidence } from '../../domain/diagnosis.ts';
import { sureness } from '../../domain/sureness.ts';
import { answersInWords, asOfInWords, harmlessInWords, nowOf, reasonsInWords } from './answer-words.ts';
import { impactInWords } from './impact-words.ts';
import { code, plain } from './markdown-text.ts';
import { patternInWords } from './pattern-words.ts';
import { isoTime } from './printable.ts';
import { alternativesInWords, depthInWords, notSeenInWords, possibilitiesInWords, recoveryInWords, togetherInWords } from './text.ts';

/** The verdicts for an issue, a ticket or a chat. */
export function renderMarkdown(diagnoses: Diagnoses): string {
  const { diagnoses: all } = diagnoses;
  const now = nowOf(diagnoses);
  const head = `${answersInWords(diagnoses)} (as of ${asOfInWords(diagnoses)}).`;
  const reasons = [
    ...reasonsInWords(diagnoses, 'healthy').map((line) => `- **Well**: ${plain(line)}`),
    ...reasonsInWords(diagnoses, 'nothing-to-judge').map((line) => `- **Not judged**: ${plain(line)}`),
    ...harmlessInWords(diagnoses).map((line) => `- **Harmless**: ${plain(line)}`),
  ].join('\n');
  const unseen =
    all.length === 0 && diagnoses.notSeen.length > 0 ? [`Not seen: ${plain(notSeenInWords(diagnoses.notSeen).join('; '))}`] : [];
  return `${['# Aggregated APIs', head, ...(reasons === '' ? [] : [reasons]), ...unseen, ...all.map((diagnosis) => section(diagnosis, now))].join('\n\n')}\n`;
}

function section(diagnosis: Diagnosis, now: number | undefined): string {
  const sure = diagnosis.cause === 'unknown' ? '' : `, ${sureness(diagnosis.confidence)} sure`;
  const facts = [
    `- **Cause**: ${code(diagnosis.cause)} (${diagnosis.category}${sure})`,
    `- **Pattern**: ${plain(patternInWords(diagnosis.failures, now))}`,
    ...(diagnosis.vantages === undefined ? [] : [`- **Vantages**: ${plain(diagnosis.vantages)}`]),
    ...(diagnosis.together ? [`- **Together**: ${plain(togetherInWords(diagnosis.together))}`] : []),
    ...(diagnosis.startingUp === undefined ? [] : [`- **Starting**: ${plain(diagnosis.startingUp)}`]),
    ...impactInWords(diagnosis.impact).map((line) => `- **Hurt**: ${plain(line)}`),
    ...(diagnosis.alternatives.length === 0 ? [] : [`- **Or**: ${plain(alternativesInWords(diagnosis))}`]),
    ...depthInWords(diagnosis).map((line) => `- **Deeper**: ${plain(line)}`),
    ...possibilitiesInWords(diagnosis).map((line) => `- **Possibly**: ${plain(line)}`),
    ...(diagnosis.nextCheck === undefined ? [] : [`- **Next check**: ${plain(diagnosis.nextCheck)}`]),
    ...(diagnosis.notSeen.length === 0 ? [] : [`- **Not seen**: ${plain(notSeenInWords(diagnosis.notSeen).join('; '))}`]),
  ].join('\n');
  const recovery = recoveryInWords(diagnosis);
  const parts = [
    `## ${plain(diagnosis.apiservice)}: ${plain(diagnosis.title)}`,
    ...(recovery === undefined ? [] : [plain(recovery)]),
    plain(diagnosis.summary),
    facts,
  ];
  if (diagnosis.evidence.length > 0) parts.push('### Evidence', diagnosis.evidence.map((one) => evidenceItem(one)).join('\n'));
  if (diagnosis.remedy.length > 0)
    parts.push('### Remedy', diagnosis.remedy.map((step, index) => `${index + 1}. ${plain(step)}`).join('\n'));
  if (diagnosis.verify) parts.push('### Verify', `${code(diagnosis.verify.command)}: it worked when ${plain(diagnosis.verify.expect)}.`);
  return parts.join('\n\n');
}

function evidenceItem({ says, points, since, sample, reproduce }: Evidence): string {
  const lines = [`- (${points > 0 ? '+' : ''}${points}${since === undefined ? '' : `, since ${isoTime(since)}`}) ${plain(says)}`];
  if (sample) lines.push(`  - ${code(sample)}`);
  if (reproduce) lines.push(`  - ${code(reproduce)}`);
  return lines.join('\n');
}
