import { createHmac, randomBytes } from 'node:crypto';
import { type Clock, monotonic } from '../source/clock.ts';

export interface ReviewMemoryOptions<Answer> {
  /** Asks the kube-apiserver. Never rejects. @param about what else the answer depends on. */
  readonly ask: (token: string, about: string) => Promise<Answer>;
  /** For how long an answer is believed, milliseconds; 0: it is not kept. */
  readonly keepMs: (answer: Answer) => number;
  /** Where too much is being asked already. */
  readonly busy: Answer;
  readonly clock?: Clock;
  /** Answers that are kept; the oldest go first. */
  readonly most?: number;
}

const MOST_KNOWN = 256;
/** Reviews under way: whoever sends other tokens all the time must not load the kube-apiserver. */
const MOST_RUNNING = 8;

/** What the kube-apiserver said about tokens, each asked once at a time. Nothing of a token is kept but a keyed digest. */
export function createReviewMemory<Answer>({
  ask,
  keepMs,
  busy,
  clock = monotonic,
  most = MOST_KNOWN,
}: ReviewMemoryOptions<Answer>): (token: string, about: string) => Promise<Answer> {
  const key = randomBytes(32);
  /** The oldest first. */
  const known = new Map<string, { readonly answer: Answer; readonly until: number }>();
  const running = new Map<string, Promise<Answer>>();

  function remember(digest: string, answer: Answer): void {
    known.delete(digest);
    const ms = keepMs(answer);
    if (ms <= 0) return;
    known.set(digest, { answer, until: clock() + ms });
    for (const oldest of known.keys()) {
      if (known.size <= most) break;
      known.delete(oldest);
    }
  }

  return (token, about) => {
    const digest = createHmac('sha256', key).update(`${about}\0${token}`).digest('base64');
    const before = known.get(digest);
    if (before && clock() < before.until) return Promise.resolve(before.answer);
    const same = running.get(digest);
    if (same) return same;
    if (running.size >= MOST_RUNNING) return Promise.resolve(busy);
    const asked = ask(token, about).then((answer) => {
      running.delete(digest);
      remember(digest, answer);
      return answer;
    });
    running.set(digest, asked);
    return asked;
  };
}
