import { readFileSync } from 'node:fs';
import { normalise } from '../../../../scripts/versions/normalise.ts';

/** Kinds of lines that are kept of one fault, and how much of each. */
const MOST_LINES = 12;
const MOST_CHARACTERS = 700;

/** Of the kube-apiserver's own work with aggregated APIs, and of whatever is about the broken one. */
const CONCERNS = /wardle|apiservice|aggregat|available_controller|handler_proxy|handler_discovery|openapi.*(spec|aggregat)/i;
/** What it says of the same thing while nothing is broken. */
const ORDINARY = /^I.*(?:quota_evaluator|trace\.go|alloc\.go|cidrallocator|handler\.go)/;

/** The log of a kube-apiserver from one moment on. */
export class ApiserverLog {
  private readonly file: string;
  private from = 0;

  constructor(file: string) {
    this.file = file;
  }

  /** From here on. */
  mark(): void {
    this.from = readFileSync(this.file).length;
  }

  /** One line of each kind since the mark, the first of each. */
  lines(): string[] {
    const kinds = new Map<string, string>();
    for (const line of readFileSync(this.file).subarray(this.from).toString().split('\n')) {
      if (!CONCERNS.test(line) || ORDINARY.test(line)) continue;
      const kind = normalise(line);
      if (!kinds.has(kind) && kinds.size < MOST_LINES) kinds.set(kind, line.slice(0, MOST_CHARACTERS));
    }
    return [...kinds.values()];
  }
}
