/** What was right for a case, and what was said. */
export interface Judgement {
  readonly id: string;
  /** Category that is right; `healthy` when nothing may be named. */
  readonly truth: string;
  /** Others that a careful reader could defend. */
  readonly also: readonly string[];
  /** Categories that were named, best first; empty = healthy. */
  readonly named: readonly string[];
  /** Of the first. */
  readonly confidence: number | undefined;
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
}

/** `unknown` is right for what no one could tell, and so is saying nothing. */
export function isRight({ truth, named }: Judgement): boolean {
  const [first] = named;
  if (first === undefined) return truth === 'healthy' || truth === 'unknown';
  return first === truth;
}

export function isDefensible(judgement: Judgement): boolean {
  const [first] = judgement.named;
  return isRight(judgement) || (first !== undefined && judgement.also.includes(first));
}

export function share(all: readonly Judgement[], holds: (judgement: Judgement) => boolean): number {
  return all.length === 0 ? Number.NaN : all.filter(holds).length / all.length;
}

/** 95 % interval of a share (Wilson). */
export function interval(hits: number, all: number): readonly [number, number] {
  const z = 1.96;
  const p = hits / all;
  const d = 1 + (z * z) / all;
  const middle = p + (z * z) / (2 * all);
  const spread = z * Math.sqrt((p * (1 - p)) / all + (z * z) / (4 * all * all));
  return [(middle - spread) / d, (middle + spread) / d];
}

export function bins(all: readonly Judgement[], count = 10): Bin[] {
  const named = all.filter(({ confidence }) => confidence !== undefined);
  return Array.from({ length: count }, (_, index) => {
    const own = named.filter(({ confidence }) => Math.min(count - 1, Math.floor(confidence! * count)) === index);
    const mean = (of: (judgement: Judgement) => number) => own.reduce((sum, one) => sum + of(one), 0) / own.length;
    return {
      from: index / count,
      to: (index + 1) / count,
      count: own.length,
      confidence: mean(({ confidence }) => confidence!),
      accuracy: mean((one) => Number(isRight(one))),
    };
  }).filter((bin) => bin.count > 0);
}

/** Expected calibration error over ten bins of equal width. */
export function calibrationError(all: readonly Judgement[]): number {
  const filled = bins(all);
  const total = filled.reduce((sum, bin) => sum + bin.count, 0);
  return filled.reduce((sum, bin) => sum + (bin.count / total) * Math.abs(bin.accuracy - bin.confidence), 0);
}

/** A proper score: always answering the base rate has no calibration error, and a bad Brier score. */
export function brier(all: readonly Judgement[]): number {
  const named = all.filter(({ confidence }) => confidence !== undefined);
  return named.reduce((sum, one) => sum + (one.confidence! - Number(isRight(one))) ** 2, 0) / named.length;
}

/** Confident at 0.8 or more, and wrong: not even defensible. */
export function confidentAndWrong(all: readonly Judgement[]): Judgement[] {
  return all.filter((one) => (one.confidence ?? 0) >= 0.8 && !isDefensible(one));
}
