/** What is shown while a cluster is observed. */
export interface Progress {
  show(state: { readonly secondsLeft: number; readonly waitingFor: readonly string[]; readonly apis: number }): void;
  /** Takes the line away. */
  clear(): void;
}

/** The part of standard error that is needed; tests put their own in. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const ERASE_LINE = '\r\u001b[K';

/** One line on a terminal that is written over; nothing at all where no terminal is. */
export function createProgress(terminal: Terminal = process.stderr): Progress {
  if (terminal.isTTY !== true) return { show() {}, clear() {} };
  let shown = false;
  return {
    show({ secondsLeft, waitingFor, apis }) {
      const seen = `${apis} aggregated ${apis === 1 ? 'API' : 'APIs'} seen`;
      const waits = waitingFor.length > 0 ? `; waiting for ${waitingFor.join(', ')}` : '';
      const line = `observing, ${secondsLeft} s left: ${seen}${waits}`;
      const width = Math.max(20, (terminal.columns ?? 80) - 1);
      terminal.write(`${ERASE_LINE}${line.length > width ? `${line.slice(0, width - 1)}…` : line}`);
      shown = true;
    },
    clear() {
      if (shown) terminal.write(ERASE_LINE);
      shown = false;
    },
  };
}
