import type { Logger } from '../source/logger.ts';
import type { ResourceSpec } from './api.ts';
import type { MalformedObjectError } from './decode.ts';
import { type Refusal, refusalText } from './fields.ts';

/** What of the objects of one resource could not be used: counted, named in the source's message, and logged once per field. */
export interface RefusalBook {
  /** Since the start; an object that is read again counts again. */
  readonly total: number;
  read(key: string, refused: readonly Refusal[] | undefined): void;
  unreadable(error: MalformedObjectError): void;
  gone(key: string): void;
  /** Of the objects as they are now; undefined when nothing is refused. */
  message(): string | undefined;
}

/** Objects that are remembered by name; of more only the number is told. */
const MAX_OBJECTS = 100;
const MAX_LOGGED_FIELDS = 100;

export function createRefusalBook({ source, path }: Pick<ResourceSpec<unknown>, 'source' | 'path'>, log: Logger): RefusalBook {
  const resource = path.slice(path.lastIndexOf('/') + 1);
  const now = new Map<string, string>();
  const logged = new Set<string>();
  let total = 0;

  const note = (key: string, field: string, said: string) => {
    if (now.has(key) || now.size < MAX_OBJECTS) now.set(key, said);
    if (logged.has(field) || logged.size >= MAX_LOGGED_FIELDS) return;
    logged.add(field);
    log.warn({ source, path, object: key }, `${said} (told once per field)`);
  };

  return {
    get total() {
      return total;
    },
    read(key, refused) {
      const [first] = refused ?? [];
      if (!first) {
        if (now.size > 0) now.delete(key);
        return;
      }
      total += refused?.length ?? 0;
      note(key, first.field, `${resource} ${key}: a value is not used: ${refusalText(first)}`);
    },
    unreadable({ key, why }) {
      total++;
      const said = `${resource} ${key ?? 'without a name that can be used'}: cannot be read, so nothing is known of it: ${why}`;
      // Without its key it could never be forgotten again, so it is told in the log only.
      if (key === undefined) log.warn({ source, path }, said);
      else note(key, `unreadable ${why}`, said);
    },
    gone(key) {
      if (now.size > 0) now.delete(key);
    },
    message() {
      const [first] = now.values();
      if (first === undefined) return undefined;
      return now.size === 1 ? first : `${first} (and ${now.size - 1} more objects)`;
    },
  };
}
