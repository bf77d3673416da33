/**
 * Text from a cluster for a terminal or a page: one line, without control characters, so that no log line can move the
 * cursor, change colours or forge a second line; bidirectional overrides go too.
 */
export function printable(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
}

/** Breaks at spaces; a word longer than the width stays whole, so that a command can be copied. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  if (line) lines.push(line);
  return lines;
}

/** `93 %`; never 100 % or 0 %, for a verdict is no proof. */
export function percent(confidence: number): string {
  if (confidence >= 0.995) return '> 99 %';
  if (confidence < 0.005) return '< 1 %';
  return `${Math.round(confidence * 100)} %`;
}

/** Times of a pasted text without a year are put into this one: see observe/text. */
const NO_YEAR = 2000;

/** A time for people: of a pasted text it may lack its year, or be unknown altogether. */
export function isoTime(unixSeconds: number): string {
  const time = new Date(unixSeconds * 1000);
  if (isUnknownTime(unixSeconds)) return 'an unknown time';
  const text = time.toISOString().slice(0, 19);
  return time.getUTCFullYear() === NO_YEAR ? text.slice(5).replace('T', ' ') : `${text}Z`;
}

/** A text without any time stamp. */
export function isUnknownTime(unixSeconds: number): boolean {
  return unixSeconds === Date.UTC(NO_YEAR) / 1000;
}
