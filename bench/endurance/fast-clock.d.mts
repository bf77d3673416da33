/** At the real moment `from` it was `epoch`, Unix milliseconds; an hour of it takes a `factor`th of an hour. */
interface Pace {
  readonly factor: number;
  readonly from: number;
  readonly epoch: number;
}

export function hurryDate(pace: Pace): void;
export function hurryAll(pace: Pace): void;
