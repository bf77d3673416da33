/** A line as the program printed it that speaks in it, and what carried it here tells beside it. */
export interface CarriedLine {
  readonly text: string;
  /** Unix milliseconds that a carrier stamped on it; undefined where none did. */
  readonly at: number | undefined;
  /** What the carriers print beside it: names of the pod, the container, the unit. '' where nothing carried it. */
  readonly head: string;
}

export function bare(text: string): CarriedLine {
  return { text, at: undefined, head: '' };
}

/** What a program that carries other programs' lines makes of one: everything that it puts before it. */
export interface PrefixCarrier {
  readonly name: string;
  /** The program and its version whose source or manual says so. */
  readonly source: string;
  /** Of the beginning of a line; what it matches is the carrier's, the rest the carried line. No alternative may look back: linear. */
  readonly prefix: RegExp;
  /** The rest is only a part of a line, which goes on in the next line of this carrier. */
  readonly isPart?: (prefix: string) => boolean;
}

/** What one JSON document carries. */
export interface Enveloped {
  readonly head: string;
  /** Lines of the carried text. */
  readonly body: string;
}

/** A program that puts lines of other programs into JSON. */
export interface EnvelopeCarrier {
  readonly name: string;
  readonly source: string;
  /** Undefined when the document is another's. */
  readonly open: (document: Readonly<Record<string, unknown>>) => readonly Enveloped[] | undefined;
}

/** A line that no people write and few programs print by chance: klog, a date first, JSON, logfmt. Behind a prefix that alone would be too common. */
export const LOG_LINE = String.raw`[IWEF]\d{4} \d\d:\d\d:\d\d|\d{4}[/-]\d\d[/-]\d\d[T ]\d\d:\d\d|\{"|time="|ts=|level=`;
