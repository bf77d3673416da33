import { load } from 'js-yaml';
import type { Signature } from '../domain/signature.ts';
import { SPEAKERS, type Speaker } from '../domain/snapshot.ts';
import { type Pattern, PatternError } from '../scan/pattern.ts';
import { compileRe2, re2Test } from '../scan/re2.ts';

/** A signature as users write it: id and pattern, and what else they want to say. The pattern is case-sensitive unless it says (?i). */
export type UserSignature = Pattern & Partial<Omit<Signature, keyof Pattern | 'pointsTo'>> & { readonly pointsTo?: readonly string[] };

/** The file is not a list of signatures; `problems` names each fault with its place. */
export class SignatureFileError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const KEYS = new Set(['id', 'pattern', 'speaker', 'pointsTo', 'literals', 'says', 'matches', 'nearMisses']);
const TEXTS = ['id', 'pattern'] as const;
const LISTS = ['pointsTo', 'literals', 'matches', 'nearMisses'] as const;

/** JSON or YAML: a list of {id, pattern, …}. Throws SignatureFileError with everything that is wrong with it. */
export function parseSignatureFile(text: string): UserSignature[] {
  let content: unknown;
  try {
    content = text.trimStart().startsWith('[') ? parseFlow(text) : load(text);
  } catch (error) {
    throw new SignatureFileError([`neither JSON nor YAML: ${(error as Error).message}`]);
  }
  if (!Array.isArray(content)) throw new SignatureFileError(['a list of {id, pattern} is expected']);
  const problems = content.flatMap((entry, index) => problemsOf(entry, `[${index}]`));
  if (problems.length > 0) throw new SignatureFileError(problems);
  return (content as Pattern[]).map((signature): UserSignature => ({ ...signature, fallback: re2Test }));
}

/** A list in brackets is JSON, or YAML's flow style. */
function parseFlow(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return load(text);
  }
}

function problemsOf(entry: unknown, place: string): string[] {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [`${place}: {id, pattern} is expected`];
  const fields = entry as Record<string, unknown>;
  const { speaker } = fields;
  const wrongSpeaker = speaker !== undefined && !SPEAKERS.includes(speaker as Speaker);
  return [
    ...TEXTS.filter((key) => typeof fields[key] !== 'string' || fields[key] === '').map(
      (key) => `${place}.${key}: a text is expected, not ${JSON.stringify(fields[key])}`,
    ),
    ...Object.keys(fields)
      .filter((key) => !KEYS.has(key))
      .map((key) => `${place}.${key}: unknown field; allowed are ${[...KEYS].join(', ')}`),
    ...LISTS.filter((key) => fields[key] !== undefined && !isListOfTexts(fields[key])).map(
      (key) => `${place}.${key}: a list of texts is expected`,
    ),
    ...(wrongSpeaker ? [`${place}.speaker: ${JSON.stringify(speaker)} is not one of ${SPEAKERS.join(', ')}`] : []),
  ];
}

const isListOfTexts = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');

/** Checks patterns and samples; each entry is one fault, empty when all is well. */
export function checkSignatures(signatures: readonly UserSignature[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const signature of signatures) {
    const { id, matches = [], nearMisses = [] } = signature;
    if (seen.has(id)) problems.push(`signature ${JSON.stringify(id)}: this id is used twice`);
    seen.add(id);
    try {
      const compiled = compileRe2(signature);
      for (const line of matches)
        if (!compiled.test(line)) problems.push(`signature ${JSON.stringify(id)}: does not match its sample ${JSON.stringify(line)}`);
      for (const line of nearMisses)
        if (compiled.test(line)) problems.push(`signature ${JSON.stringify(id)}: matches its near miss ${JSON.stringify(line)}`);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      problems.push(`signature ${error.message}`);
    }
  }
  return problems;
}
