/** One line of `npm run bench`'s table. */
export interface Row {
  /** What was measured, and under which conditions. */
  readonly what: string;
  /** Our figure with its unit. */
  readonly ours: string;
  /** The peer's figure in the same run, and its name. */
  readonly peer?: string;
  readonly bar?: string;
  /** undefined: there is no bar, or no peer to compare with. */
  readonly met?: boolean | undefined;
}

export const TABLE_HEAD = ['| measured | ours | peer, same run | bar | |', '| --- | --- | --- | --- | --- |'];

export function printRow({ what, ours, peer = '–', bar = '–', met }: Row): void {
  console.log(`| ${what} | ${ours} | ${peer} | ${bar} | ${met === undefined ? '' : met ? 'met' : '**missed**'} |`);
}
