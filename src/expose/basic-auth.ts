import { createHash, randomBytes } from 'node:crypto';
import { compare } from 'bcryptjs';

/** Compared with when the user is unknown, so that the answer takes as long and names no users. Cost 10, of nothing. */
const NOBODY = '$2b$10$abcdefghijklmnopqrstuuJ7ZIC1PRUxrZq5xRyZ2DbQW8kYpRyNa';
const CACHED = 100;
/** One comparison costs a tenth of a second of the thread that also probes: a guesser must not queue up many. */
const WAITING = 4;

export type Verdict = 'accepted' | 'refused' | 'busy';

export interface BasicAuth {
  verify(authorization: string | undefined): Promise<Verdict>;
}

/**
 * Checks `Authorization: Basic …` against bcrypt hashes. Each distinct header is compared once, one at a time, and the result
 * is remembered under a keyed digest; at most 100 are.
 */
export function createBasicAuth(users: ReadonlyMap<string, string>): BasicAuth {
  const secret = randomBytes(32);
  const known = new Map<string, boolean>();
  const running = new Map<string, Promise<boolean>>();
  let last: Promise<unknown> = Promise.resolve();

  return {
    async verify(authorization) {
      const credentials = parseBasic(authorization);
      if (!credentials) return 'refused';
      const digest = createHash('sha256').update(secret).update(`${credentials.user}\0${credentials.password}`).digest('base64');
      const before = known.get(digest);
      if (before !== undefined) return before ? 'accepted' : 'refused';
      let comparison = running.get(digest);
      if (!comparison) {
        if (running.size >= WAITING) return 'busy';
        const hash = users.get(credentials.user);
        comparison = last.then(async () => (await compare(credentials.password, hash ?? NOBODY)) && hash !== undefined);
        running.set(digest, comparison);
        last = comparison.catch(() => {});
      }
      const accepted = await comparison.catch(() => false);
      running.delete(digest);
      remember(known, digest, accepted);
      return accepted ? 'accepted' : 'refused';
    },
  };
}

/** Wrong guesses push out wrong guesses, never the scraper's own credentials. */
function remember(known: Map<string, boolean>, digest: string, accepted: boolean): void {
  known.set(digest, accepted);
  if (known.size <= CACHED) return;
  const [oldest] = [...known].find(([, was]) => !was) ?? known.entries().next().value ?? [];
  if (oldest !== undefined) known.delete(oldest);
}

function parseBasic(authorization: string | undefined): { user: string; password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined || encoded.length > 4096) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
