/** Probability of at least `met` of `of` when each has probability `p`. */
export function atLeast(met: number, of: number, p: number): number {
  let sum = 0;
  let choose = 1;
  for (let k = 0; k <= of; k++) {
    if (k > 0) choose = (choose * (of - k + 1)) / k;
    if (k >= met) sum += choose * p ** k * (1 - p) ** (of - k);
  }
  return sum;
}
