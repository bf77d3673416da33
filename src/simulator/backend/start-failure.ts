/** The process ended while it started: exit code and last words. */
export class StartFailure extends Error {
  readonly exitCode: number;
  readonly lines: readonly string[];

  constructor(exitCode: number, lines: readonly string[]) {
    super(lines.at(-1) ?? `exit code ${exitCode}`);
    this.exitCode = exitCode;
    this.lines = lines;
  }
}
