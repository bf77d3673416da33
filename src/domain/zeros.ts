import { type Aggregate, type Criterion, ownSignals } from './criterion.ts';
import type { SignalId } from './ids.ts';

/** The signal that is observed where this one is; undefined where there is none (`observedWith` of its declaration). */
export type Companion = (signal: SignalId) => SignalId | undefined;

/** What is asked of a criterion: that it is met, that it is not, or both. An absent series answers neither. */
type Asked = 'met' | 'not met' | 'either';

const OPPOSITE: Readonly<Record<Asked, Asked>> = { met: 'not met', 'not met': 'met', either: 'either' };

/**
 * Signals whose 0 says what no series would not say: that something is below, or not above; where an `increase` begins; what a mean or a
 * curve goes through. Of the others 0 and absent come to the same verdict, because all that is asked of them is whether they are above something.
 * Of a signal with a companion that one is asked in its place.
 * @param asked criteria of which only `met` counts, and those that are recorded as 1 or 0 (`either`).
 */
export function signalsAskedAtZero(
  asked: { readonly met: readonly Criterion[]; readonly either: readonly Criterion[] },
  companionOf: Companion = () => undefined,
): Set<SignalId> {
  const found = new Set<SignalId>();
  const tell = (signal: SignalId, bySample: boolean): void => {
    found.add((bySample ? companionOf(signal) : undefined) ?? signal);
  };
  for (const criterion of asked.met) visit(criterion, 'met', tell);
  for (const criterion of asked.either) visit(criterion, 'either', tell);
  return found;
}

/** `bySample`: single samples decide, of which one that is absent beside its companion is 0. */
type Tell = (signal: SignalId, bySample: boolean) => void;

function visit(criterion: Criterion, asked: Asked, tell: Tell): void {
  if (criterion.kind === 'above' || criterion.kind === 'below') {
    if (needsZero(criterion, asked)) tell(criterion.value.signal, isOfSamples(criterion.value));
    return;
  }
  // A curve goes through its zeros, and that something did not happen is told by what is there.
  if (criterion.kind === 'tracks' || asked !== 'met') for (const signal of ownSignals(criterion)) tell(signal, false);
  for (const [part, how] of partsOf(criterion, asked)) visit(part, how, tell);
}

type Comparison = Extract<Criterion, { readonly value: Aggregate }>;

function needsZero({ kind, value, threshold }: Comparison, asked: Asked): boolean {
  if (!isOfSamples(value)) return true;
  return kind === 'above' ? asked !== 'met' || threshold < 0 : asked !== 'not met' || threshold <= 0;
}

function partsOf(criterion: Criterion, asked: Asked): (readonly [part: Criterion, asked: Asked])[] {
  switch (criterion.kind) {
    case 'coincides':
      // Its moments are recorded as 1 or 0.
      return [
        [criterion.event, 'either'],
        [criterion.spike, 'either'],
      ];
    case 'not':
      return [[criterion.of, OPPOSITE[asked]]];
    case 'all':
      return criterion.of.filter((part) => asked !== 'met' || !isGuarded(part, criterion.of)).map((part) => [part, asked] as const);
    case 'any':
      return criterion.of.map((part) => [part, asked] as const);
    default:
      return [];
  }
}

/** Decided by single samples, of which those that are absent are as good as 0. */
const isOfSamples = ({ aggregate }: Aggregate): boolean => aggregate === 'last' || aggregate === 'max';

/** `below` beside an `above` of the very same: where that is met, there is a sample that is more than 0. */
function isGuarded(part: Criterion, beside: readonly Criterion[]): boolean {
  if (part.kind !== 'below' || !isOfSamples(part.value)) return false;
  const value = JSON.stringify(part.value);
  return beside.some((other) => other.kind === 'above' && other.threshold >= 0 && JSON.stringify(other.value) === value);
}
