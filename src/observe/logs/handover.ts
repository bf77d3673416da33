/** What the replica that reads the logs tells the others, and whoever goes on after it: one text that all may read and one writes. */
export interface LogHandover {
  /** What it takes to keep it, as people are told. */
  readonly rule: string;
  /** Whether log lines and messages may be told, too: who may read the text may not be who may read the pages. */
  readonly quotes: boolean;
  /** Takes the place of whoever sat here before in this process. Returns whether the one who sits there is to read the logs. */
  sit(): () => boolean;
  /** Undefined when there is none yet. @throws Error when it cannot be read; KubeStatusError when that is refused. */
  read(signal: AbortSignal): Promise<HandedOver | undefined>;
  /**
   * In the place of `before`. Undefined: another one has written meanwhile, and nothing has happened. @throws as `read`; it may have been written
   * then all the same.
   */
  write(content: Buffer, before: HandedOver | undefined, signal: AbortSignal): Promise<HandedOver | undefined>;
}

export interface HandedOver {
  readonly content: Buffer;
  /** Another one for each writing; means nothing else. */
  readonly version: string;
}
