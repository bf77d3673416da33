/** A line through points, by least squares. */
export interface Line {
  /** y per x */
  readonly slope: number;
  /** y at x = 0 */
  readonly start: number;
}

/** Undefined with fewer than two different x. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): Line | undefined {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (n < 2 || spread === 0) return undefined;
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  return { slope, start: meanY - slope * meanX };
}
