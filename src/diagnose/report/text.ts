import type { Diagnoses, Diagnosis, Evidence, SharedFailure } from '../../domain/diagnosis.ts';
import { sureness } from '../../domain/sureness.ts';
import { answersInWords, asOfInWords, harmlessInWords, nowOf, reasonsInWords } from './answer-words.ts';
import { impactInWords } from './impact-words.ts';
import { patternInWords } from './pattern-words.ts';
import { isoTime, printable, wrapped } from './printable.ts';

export interface TextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly colour: boolean;
}

/** The verdicts for a person at a terminal. */
export function renderText(diagnoses: Diagnoses, { width, colour }: TextOptions): string {
  const paint = colour ? COLOURS : PLAIN;
  const page = { width: Math.max(40, Math.min(width, 120)), paint };
  const blocks = diagnoses.diagnoses.map((diagnosis) => block(diagnosis, nowOf(diagnoses), page));
  return `${[...blocks, summary(diagnoses, page)].join('\n\n')}\n`;
}

type Paint = Readonly<Record<'strong' | 'bad' | 'good' | 'faint', (text: string) => string>>;
const PLAIN: Paint = { strong: (text) => text, bad: (text) => text, good: (text) => text, faint: (text) => text };
const sgr = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const COLOURS: Paint = { strong: sgr(1), bad: sgr(31), good: sgr(32), faint: sgr(2) };

interface Page {
  readonly width: number;
  readonly paint: Paint;
}

const INDENT = '  ';
const LABEL = 12;

function block(diagnosis: Diagnosis, now: number | undefined, page: Page): string {
  const { paint } = page;
  const sure = diagnosis.cause === 'unknown' ? '' : `, ${sureness(diagnosis.confidence)} sure`;
  const lines = [
    `${diagnosis.state === 'recovering' ? paint.faint('↗') : paint.bad('✖')} ${paint.strong(printable(diagnosis.apiservice))}: ${paint.strong(printable(diagnosis.title))}`,
    `${INDENT}${paint.faint(`cause ${diagnosis.cause}, category ${diagnosis.category}${sure}`)}`,
    ...paragraph(recoveryInWords(diagnosis) ?? '', page),
    ...paragraph(diagnosis.summary, page),
    ...labelled('pattern', [patternInWords(diagnosis.failures, now)], page),
    ...labelled('vantages', diagnosis.vantages === undefined ? [] : [diagnosis.vantages], page),
    ...labelled('together', diagnosis.together ? [togetherInWords(diagnosis.together)] : [], page),
    ...labelled('starting', diagnosis.startingUp === undefined ? [] : [diagnosis.startingUp], page),
    ...labelled('hurt', impactInWords(diagnosis.impact), page),
    ...diagnosis.evidence.flatMap((evidence, index) => evidenceLines(evidence, index === 0, now, page)),
    ...labelled('or', diagnosis.alternatives.length === 0 ? [] : [alternativesInWords(diagnosis)], page),
    ...labelled('deeper', depthInWords(diagnosis), page),
    ...labelled('possibly', possibilitiesInWords(diagnosis), page),
    ...labelled('remedy', numbered(diagnosis.remedy), page),
    ...labelled('verify', diagnosis.verify ? [`${diagnosis.verify.command}   (it worked when ${diagnosis.verify.expect})`] : [], page),
    ...labelled('next check', diagnosis.nextCheck === undefined ? [] : [diagnosis.nextCheck], page),
    ...labelled('not seen', notSeenInWords(diagnosis.notSeen), page),
  ];
  return lines.join('\n');
}

function evidenceLines(evidence: Evidence, first: boolean, now: number | undefined, page: Page): string[] {
  const sign = evidence.points > 0 ? `+${evidence.points}` : String(evidence.points);
  const since = evidence.since !== undefined && now !== undefined && evidence.since < now ? ` (since ${isoTime(evidence.since)})` : '';
  const lines = labelled(first ? 'evidence' : '', [`[${sign}] ${evidence.says}${since}`], page);
  const under = ' '.repeat(INDENT.length + LABEL);
  if (evidence.sample) lines.push(`${under}${page.paint.faint(cut(`> ${printable(evidence.sample)}`, page.width - under.length))}`);
  if (evidence.reproduce) lines.push(`${under}${page.paint.faint(`$ ${printable(evidence.reproduce)}`)}`);
  return lines;
}

function labelled(label: string, texts: readonly string[], { width, paint }: Page): string[] {
  return texts.flatMap((text, item) =>
    wrapped(text, width - INDENT.length - LABEL).map((line, index) => {
      const shown = item === 0 && index === 0 ? label : '';
      return `${INDENT}${paint.faint(shown.padEnd(LABEL))}${line}`;
    }),
  );
}

function paragraph(text: string, { width }: Page): string[] {
  return wrapped(text, width - INDENT.length).map((line) => `${INDENT}${line}`);
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

/** That it passes again, and that the cause is that of the failure that ended; undefined while it fails. */
export function recoveryInWords({ state, endedAt }: Diagnosis): string | undefined {
  if (state === 'failing') return undefined;
  return `Recovering: it passes${endedAt === undefined ? '' : ` since ${isoTime(endedAt)}`}. What follows is about the failure that ended.`;
}

export function numbered(steps: readonly string[]): string[] {
  return steps.map((step, index) => (steps.length > 1 ? `${index + 1}. ${step}` : step));
}

export function togetherInWords({ shared, apiservices, cause }: SharedFailure): string {
  const pointing = cause === undefined || cause === 'unknown' ? '' : `; together they point to ${cause}`;
  return `${apiservices.length} APIs share ${shared}: ${apiservices.join(', ')}${pointing}`;
}

export function alternativesInWords({ alternatives }: Diagnosis): string {
  return alternatives.map(({ cause, confidence }) => `${cause} ${sureness(confidence)}`).join(', ');
}

/** That the cause of a text may be a consequence, and what would tell. */
export function depthInWords({ deeper }: Diagnosis): string[] {
  if (deeper === undefined) return [];
  return [
    `${sureness(deeper)}: what a text names is often the consequence of something of which it shows nothing; each further kind of evidence for it (pods, events, the condition, log lines) makes that less likely`,
  ];
}

/** What it may be where nothing but victims speaks, and what the shares are of; a check is quoted as a command. */
export function possibilitiesInWords({ possibilities = [], possibleOf }: Diagnosis): string[] {
  const ranked = possibilities.map(({ category, share, check, shows }) => `${category} ${sureness(share)}: if \`${check}\` shows ${shows}`);
  return possibleOf === undefined ? ranked : [...ranked, `(${possibleOf})`];
}

/** Sources with the same reason in one line: a pasted text has many. */
export function notSeenInWords(notSeen: Diagnosis['notSeen']): string[] {
  const byReason = new Map<string, string[]>();
  for (const { source, why, rule } of notSeen) {
    const reason = rule === undefined ? why : `${why}; a role with \`${rule}\` would open it`;
    const sources = byReason.get(reason);
    if (sources) sources.push(source);
    else byReason.set(reason, [source]);
  }
  return [...byReason].map(([reason, sources]) => `${sources.join(', ')}: ${reason}`);
}

/** The end of the report: what is said of all of them, and of those that have no block of their own. */
function summary(diagnoses: Diagnoses, page: Page): string {
  const { answer, answers, notSeen } = diagnoses;
  const { paint } = page;
  const mark = answer === 'healthy' ? `${paint.good('✔')} ` : answer === 'nothing-to-judge' ? '? ' : '';
  const [first = '', ...more] = wrapped(`${answersInWords(diagnoses)} (as of ${asOfInWords(diagnoses)}).`, page.width - INDENT.length);
  const judged = answers.length > 0 && diagnoses.diagnoses.length > 0;
  return [
    `${mark}${first}`,
    ...more,
    ...labelled('well', reasonsInWords(diagnoses, 'healthy'), page),
    ...labelled('not judged', reasonsInWords(diagnoses, 'nothing-to-judge'), page),
    ...labelled('harmless', harmlessInWords(diagnoses), page),
    ...(judged ? [] : labelled('not seen', notSeenInWords(notSeen), page)),
  ].join('\n');
}
