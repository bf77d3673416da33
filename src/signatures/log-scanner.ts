import { type Pattern, PatternError } from '../scan/pattern.ts';
import { createScanner, type Scanner } from '../scan/scanner.ts';
import { ORDINARY_LINES } from './ordinary-lines.ts';

/** A scanner of signatures, fast on what the components of Kubernetes print. @throws PatternError that names the signature. */
export function createLogScanner(patterns: readonly Pattern[]): Scanner {
  try {
    return createScanner(patterns, { ordinary: Buffer.from(ORDINARY_LINES) });
  } catch (error) {
    throw error instanceof PatternError ? new PatternError(`signature ${error.message}`) : error;
  }
}
