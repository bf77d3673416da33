import type { SourceName } from '../domain/sources.ts';
import type { Source } from '../source/source.ts';
import { worstOf } from '../source/status.ts';

/** Several that are told as one: it is as well as the worst of them. */
export function together(name: SourceName, parts: readonly Source[]): Required<Source> {
  return {
    name,
    start(signal) {
      for (const part of parts) part.start(signal);
    },
    hurry() {
      for (const part of parts) part.hurry?.();
    },
    status: (now) =>
      worstOf(
        name,
        parts.map((part) => part.status(now)),
      ),
  };
}
