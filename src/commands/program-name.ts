import { basename } from 'node:path';

/** As what the program was called: kubectl runs `kubectl-aggregated_api` on the PATH for `kubectl aggregated-api`. */
export interface ProgramName {
  /** For usage and errors. */
  readonly name: string;
  /** The command where none is named: whoever asks kubectl wants an answer, and no server. */
  readonly standard: 'serve' | 'diagnose';
}

/** @param path of the program as it was called, `process.argv[1]` */
export function programName(path = ''): ProgramName {
  return /^kubectl-aggregated_api(?:\.exe)?$/.test(basename(path))
    ? { name: 'kubectl aggregated-api', standard: 'diagnose' }
    : { name: 'aggregated-api-exporter', standard: 'serve' };
}
