import { type Answer, type ApiAnswer, wholeAnswer } from './answer.ts';
import type { Category } from './category.ts';
import type { WeightName } from './cause.ts';
import type { Impact } from './impact.ts';
import type { FailurePattern } from './pattern.ts';
import type { Shard } from './shard.ts';
import type { SourceName } from './sources.ts';

export const DIAGNOSES_SCHEMA = 'aggregated-api-exporter/diagnoses/v1';

/** One piece of evidence that was met. */
export interface Evidence {
  readonly id: string;
  readonly says: string;
  readonly weight: WeightName | 'superseded';
  readonly points: number;
  readonly lookBack: boolean;
  /** Value of each signal that the criterion reads, by the signal's name: for machines. */
  readonly values: Readonly<Record<string, number>>;
  /** The same for people: `restarts of the containers of all backend pods: 3`. */
  readonly readings?: readonly string[];
  /** Since when it has been met without a break, Unix seconds; absent where a text was read. */
  readonly since?: number;
  readonly reproduce?: string;
  /** A line or message that shows it, at most 512 characters. */
  readonly sample?: string;
}

/** A cause that was weighed, named or not. */
export interface Candidate {
  readonly cause: string;
  readonly category: Category;
  readonly confidence: number;
  readonly score: number;
  readonly evidence: readonly Evidence[];
}

/** What it may be where nothing but victims speaks: no verdict, a base rate. */
export interface Possibility {
  readonly category: Exclude<Category, 'unknown'>;
  /** 0 to 1: of known incidents in which only the same victim spoke, smoothed. The rest is of the others, and of those never explained. */
  readonly share: number;
  /** The look that separates it from the others. */
  readonly check: string;
  /** What the check shows if it is this, a part of a sentence. */
  readonly shows: string;
}

/** Several APIs that fail for one shared reason. */
export interface SharedFailure {
  /** Of the reason; the same while that is. */
  readonly id: string;
  /** What they share, in words: `node quay-a`. */
  readonly shared: string;
  readonly apiservices: readonly string[];
  /** The cause that explains all of them best. */
  readonly cause?: string;
}

/** The verdict on one APIService that errs. A healthy one has none. */
export interface Diagnosis {
  readonly apiservice: string;
  /**
   * `recovering` = every vantage passes, at most a minute after the last failure: cause, confidence and evidence are those of the
   * failure that ended.
   */
  readonly state: 'failing' | 'recovering';
  readonly cause: string;
  readonly category: Category;
  readonly title: string;
  readonly summary: string;
  /** 0 to 1. */
  readonly confidence: number;
  readonly pattern: FailurePattern['name'];
  readonly failures: FailurePattern;
  readonly evidence: readonly Evidence[];
  /** The others that were weighed, best first, at most 5. */
  readonly alternatives: readonly Candidate[];
  readonly remedy: readonly string[];
  readonly verify?: { readonly command: string; readonly expect: string };
  /** Of a text with a verdict: the share of a cause behind this one, of which the text can show nothing. */
  readonly deeper?: number;
  /** With the verdict `unknown` only, likeliest first, at most 3; never a verdict. */
  readonly possibilities?: readonly Possibility[];
  /** What their shares were counted in, one sentence without its full stop. */
  readonly possibleOf?: string;
  /** That nothing may be wrong yet: its server has just started, and needs its time. One or two sentences; of a live cluster only. */
  readonly startingUp?: string;
  /** What would decide it, when the verdict is `unknown` or unsure. */
  readonly nextCheck?: string;
  /** Sources that were not visible and could have changed the verdict, with the right that is missing. */
  readonly notSeen: readonly { readonly source: SourceName; readonly why: string; readonly rule?: string }[];
  /** Which vantages fail and which pass, in words. */
  readonly vantages?: string;
  /** The other APIs that fail for the same reason. */
  readonly together?: SharedFailure;
  /** Whom it hurts; absent where nobody looks for anybody, as in a text. */
  readonly impact?: Impact;
  /** When the failure began, Unix seconds. */
  readonly since?: number;
  /** Since when every vantage passes, Unix seconds; only while it recovers. */
  readonly endedAt?: number;
  readonly runbook: string;
}

export interface Diagnoses {
  readonly schema: typeof DIAGNOSES_SCHEMA;
  /** Unix seconds; absent where a text was read that gives no date. */
  readonly time?: number;
  /** Of a text: its newest time stamp, in words. */
  readonly asOf?: string;
  /** Of the whole: the worst of `answers`. */
  readonly answer: Answer;
  /** Of each API that was looked at. */
  readonly answers: readonly ApiAnswer[];
  readonly diagnoses: readonly Diagnosis[];
  /** APIServices that were looked at. */
  readonly examined: readonly string[];
  readonly notSeen: readonly { readonly source: SourceName; readonly why: string; readonly rule?: string }[];
  /** Whose APIs these are, where several exporters share them out. */
  readonly shard?: Shard;
}

/** The same of these APIs only. */
export function diagnosesOf(all: Diagnoses, apiservices: ReadonlySet<string>): Diagnoses {
  const answers = all.answers.filter(({ apiservice }) => apiservices.has(apiservice));
  return {
    ...all,
    answer: wholeAnswer(answers),
    answers,
    diagnoses: all.diagnoses.filter(({ apiservice }) => apiservices.has(apiservice)),
    examined: all.examined.filter((name) => apiservices.has(name)),
  };
}
