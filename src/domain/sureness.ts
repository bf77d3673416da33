/**
 * A confidence, 0 to 1, as every page, text and ticket says it: `93 %`; never 100 % or 0 %, for a verdict is no proof. What would round to them
 * is `> 99 %` and `< 1 %`. An alert, whose value is a number, says `99 %` there (`sureness` in src/generate/annotations.ts).
 */
export function sureness(confidence: number): string {
  if (confidence >= 0.995) return '> 99 %';
  if (confidence < 0.005) return '< 1 %';
  return `${Math.round(confidence * 100)} %`;
}
