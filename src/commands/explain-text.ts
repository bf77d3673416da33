import { isoTime, printable, wrapped } from '../diagnose/report/printable.ts';
import { sureness } from '../domain/sureness.ts';
import { printDuration } from '../generate/duration.ts';
import { signed } from '../generate/explain/compare.ts';
import type { Explanation } from '../generate/explain/explain.ts';
import { LOOKED_BACK, type RulesCandidate, type RulesEvidence } from '../generate/explain/rules-ledger.ts';
import { inWords } from '../generate/explain/where.ts';

/** Pieces of evidence of a cause, and causes, that are printed; `-o json` has all. */
const MOST_EVIDENCE = 10;
const MOST_CANDIDATES = 4;

/** An explanation for people: what the rules weigh, what the exporter says, and where they differ. */
export function printExplanation(explanation: Explanation, width: number): string {
  const { apiservice, cluster, rules } = explanation;
  const shown = rules.candidates.slice(0, MOST_CANDIDATES);
  const others = rules.candidates.slice(MOST_CANDIDATES);
  const age = printDuration(Math.max(0, Math.round(rules.now - rules.evaluatedAt)));
  return [
    `${printable(apiservice)}${printable(inWords(cluster)) === '' ? '' : ` ${printable(inWords(cluster))}`}, by the rules as evaluated at ${isoTime(rules.evaluatedAt)} (${age} ago)`,
    '',
    ...block(stateOf(explanation), width),
    ...shown.flatMap((candidate, index) => ['', ...candidateLines(candidate, index, width)]),
    ...(others.length > 0
      ? ['', ...block(`Also weighed: ${others.map(({ cause, confidence }) => `${cause} ${sureness(confidence)}`).join(', ')}.`, width)]
      : []),
    '',
    ...block(exporterSays(explanation), width),
    ...comparison(explanation, width),
    '',
  ].join('\n');
}

function stateOf({ rules }: Explanation): string {
  const { verdict } = rules;
  if (rules.errs === undefined) return 'Nothing to judge: whether it errs was not observed.';
  if (!rules.errs) {
    const before =
      verdict === undefined ? '' : ` Alerts go on with the cause of the failure that ended, ${verdict.cause}, until they resolve.`;
    return `It does not err.${before}`;
  }
  const since = rules.errsSince === undefined ? '' : ` since ${moment(rules.errsSince)}`;
  const led = verdict?.since === undefined ? '' : ` since ${isoTime(verdict.since)}`;
  const named =
    verdict === undefined
      ? ''
      : ` Alerts name ${verdict.cause === 'unknown' ? 'no cause: none is as likely as not' : `${verdict.cause}${led}`}.`;
  return `It errs${since}.${named}`;
}

/** Evaluations are looked through for so long. */
function moment(since: number | 'before'): string {
  return since === 'before' ? `${printDuration(LOOKED_BACK)} or longer` : isoTime(since);
}

function candidateLines({ cause, title, confidence, score, prior, evidence }: RulesCandidate, index: number, width: number): string[] {
  const sum = evidence.reduce((total, { points }) => total + points, 0);
  const place = index === 0 ? 'Surest' : index === 1 ? 'Runner-up' : 'Then';
  return [
    ...block(`${place}: ${cause}, ${sureness(confidence)} sure: ${title}`, width),
    ...block(`${signed(score)} points: ${signed(prior)} before any evidence, ${signed(sum)} by it`, width, '  '),
    ...evidence.slice(0, MOST_EVIDENCE).flatMap((one) => evidenceLines(one, width)),
    ...(evidence.length > MOST_EVIDENCE ? [`    and ${evidence.length - MOST_EVIDENCE} more`] : []),
  ];
}

function evidenceLines({ id, says, points, how, since }: RulesEvidence, width: number): string[] {
  const text = `${sentence(id, says, how)} (${id}${how === 'look-back' ? ', in the last hour' : ''}; since ${moment(since)})`;
  return block(text, width - 8).map((line, index) => `    ${(index === 0 ? signed(points) : '').padStart(3)} ${line}`);
}

/** What is explained away, or taken over, has a sentence where the rules could tell one. */
function sentence(id: string, says: string, how: RulesEvidence['how']): string {
  if (how === 'superseded') return `It is explained away by ${id.replace(/^superseded-by-/, '')}.`;
  return how === 'inherited' ? `${says} That speaks for a shallower cause, and so for this one.` : says;
}

function exporterSays({ exporter }: Explanation): string {
  const of = exporter.from === 'exporter' ? 'The exporter itself' : 'The exporter, as it was scraped';
  const { verdict, state } = exporter;
  if (verdict === undefined) return `${of}, at ${isoTime(exporter.at)}: no failure.`;
  const since = verdict.since === undefined ? '' : `, failing since ${isoTime(verdict.since)}`;
  return `${of}, at ${isoTime(exporter.at)}: ${verdict.cause}, ${sureness(verdict.confidence)} sure${state === 'recovering' ? ', of a failure that ended' : ''}${since}.`;
}

function comparison({ differences, reasons }: Explanation, width: number): string[] {
  if (differences.length === 0) return ['They agree.'];
  return [
    'They differ:',
    ...differences.flatMap((text) => bullet(text, width)),
    'Why that may be:',
    ...reasons.flatMap((text) => bullet(text, width)),
  ];
}

function bullet(text: string, width: number): string[] {
  return block(text, width - 4).map((line, index) => `  ${index === 0 ? '-' : ' '} ${line}`);
}

function block(text: string, width: number, indent = ''): string[] {
  return wrapped(text, Math.max(40, width - indent.length)).map((line) => `${indent}${line}`);
}
