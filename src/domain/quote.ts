import type { QuoteSource } from './placeholders.ts';

/** A line or message from the cluster that shows what a signal counts. */
export interface Quote {
  readonly text: string;
  /** Where it stands; absent for a message of an object that the evidence's own command shows. */
  readonly from?: QuoteSource;
}
