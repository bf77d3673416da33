import type { Category } from './category.ts';
import type { Criterion } from './criterion.ts';
import type { CauseId } from './ids.ts';
import type { Part } from './part.ts';

/** Named weights: natural-log odds. A new number needs a reason in how Kubernetes works. */
export const WEIGHTS = {
  /** The object itself says so: hardly any other cause produces it. */
  decisive: 6,
  /** Rarely seen without this cause. */
  strong: 4,
  /** Seen with this cause and with some others. */
  suggestive: 2,
  /** Makes it a little more likely; never names a cause alone. */
  circumstantial: 1,
  /** Speaks against it. */
  against: -2,
  /** Hardly compatible with it. */
  stronglyAgainst: -4,
} as const;
export type WeightName = keyof typeof WEIGHTS;

/** What a superseding cause takes from the causes that it explains away: more than the many traces of one consequence sum to. */
export const SUPERSEDED_WEIGHT = -16;

/** A part of a sentence, and the criterion that carries it: it is printed only while that is true. */
export interface Clause {
  /** Without a full stop. `{value}` is the value that decides `when`, `{value|pod|pods}` the value with its noun, `{met}`, `{of}`, `{from}`, `{r}` count a window. */
  readonly text: string;
  readonly when: Criterion;
}

/** Plain text says no more than the criterion of its evidence does. Clauses are joined by semicolons, those that are met. */
export type Sentence = string | readonly Clause[];

export const clause = (text: string, when: Criterion): Clause => ({ text, when });

export interface EvidenceDeclaration {
  /** kebab-case, unique within the cause; label `evidence` of the recording rule. */
  readonly id: string;
  readonly when: Criterion;
  readonly weight: WeightName;
  /** What is seen, one sentence, for people. */
  readonly says: Sentence;
  /** A read-only command that shows the same by hand, with placeholders (placeholders.ts). */
  readonly reproduce?: string;
}

/** A step of a remedy that has a command, or that takes something away. */
export interface RemedyStep {
  /** What to do, without a full stop. */
  readonly says: string;
  /** Placeholders as in `reproduce`. */
  readonly command?: string;
  /** What the step changes or destroys, one sentence. A step without it only reads. With it, it is proposed only on decisive evidence. */
  readonly destroys?: string;
}

/** `Read its log: \`kubectl logs …\`.`, and what it destroys. @param command filled in. */
export function remedyInWords(step: string | RemedyStep, fill: (text: string) => string, command: string | undefined): string {
  if (typeof step === 'string') return fill(step);
  const action = command === undefined ? `${fill(step.says)}.` : `${fill(step.says)}: \`${command}\`.`;
  return step.destroys === undefined ? action : `${action} ${fill(step.destroys)}`;
}

export interface Cause {
  /** = file name, kebab-case; label `cause`. */
  readonly id: CauseId;
  readonly category: Exclude<Category, 'unknown'>;
  /** Where on the way to the backend it sits; `anywhere` = the cause does not tell. */
  readonly part: Part | 'anywhere';
  /** A server that has just started looks the same: while its profile says so, waiting comes before looking further. */
  readonly likeAStart?: true;
  /**
   * What APIs share of that part, in words: two that have this cause at a time have it from there. A text: the whole cluster's. With
   * an `id` it may be one of several, and `{namespace}` in both is that of the backend; causes with one id share one failure.
   */
  readonly shared?: string | { readonly id: string; readonly words: string };
  readonly title: string;
  /** Two or three sentences: what happens and why it breaks the API. */
  readonly summary: string;
  readonly severity: 'critical' | 'warning' | 'info';
  /** Log-odds before any evidence, relative to `unknown` = 0; usual range -3 … 0. */
  readonly prior: number;
  readonly evidence: readonly EvidenceDeclaration[];
  /** Asked only when no cause has direct evidence: the runbook's "look back one hour". */
  readonly lookBack?: readonly EvidenceDeclaration[];
  /** Ids of the causes that are consequences of this one. They lose SUPERSEDED_WEIGHT while this one has strong evidence. */
  readonly supersedes?: readonly CauseId[];
  /**
   * Ids of causes that are the same fault, seen less deeply. While this one has direct evidence of its own it takes their place, and
   * their evidence speaks for it.
   */
  readonly deepens?: readonly CauseId[];
  /** Which of the runbook's correlations this answers. */
  readonly runbookCorrelation?: RunbookCorrelation;
  /** Steps, most likely first. */
  readonly remedy: readonly (string | RemedyStep)[];
  /** A read-only command that shows that the remedy worked, and what it shows then: "it worked when …". */
  readonly verify: { readonly command: string; readonly expect: string };
  /** Ids of causes it is easily confused with, and how to tell them apart. */
  readonly confusedWith?: readonly { readonly cause: CauseId; readonly tell: string }[];
  readonly references: readonly string[];
}

export const RUNBOOK_CORRELATIONS = [
  'pod-instability',
  'restart-patterns',
  'network-connectivity',
  'policy-changes',
  'resource-pressure',
  'apiserver-load',
  'temporal-pattern',
  'transient-causes',
  'one-hour-look-back',
] as const;
export type RunbookCorrelation = (typeof RUNBOOK_CORRELATIONS)[number];

/** The sentence of an entry as clauses; plain text is one clause that the whole criterion carries. */
export function clausesOf({ says, when }: Pick<EvidenceDeclaration, 'says' | 'when'>): readonly Clause[] {
  return typeof says === 'string' ? [{ text: says.replace(/\.$/, ''), when }] : says;
}

/** One sentence of several clauses. */
export function sentenceOf(texts: readonly string[]): string {
  const joined = texts.join('; ');
  return `${joined.charAt(0).toUpperCase()}${joined.slice(1)}.`;
}

/** Evidence names a cause only when its weight is at least suggestive. */
export function isDirect(evidence: EvidenceDeclaration): boolean {
  return WEIGHTS[evidence.weight] >= WEIGHTS.suggestive;
}

/** A suspicion explains nothing away. */
export function explainsAway(evidence: EvidenceDeclaration): boolean {
  return WEIGHTS[evidence.weight] >= EXPLAINING_POINTS;
}
export const EXPLAINING_POINTS = WEIGHTS.strong;

/** Identity function that checks a literal's shape where it is written. */
export function defineCause(cause: Cause): Cause {
  return cause;
}
