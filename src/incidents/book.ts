import type { Incident, IncidentBook, IncidentQuery } from '../domain/incident.ts';
import { type PackedIncident, pack, unpack } from './packed.ts';

export interface BookLimits {
  /** Of the incidents that ended, as packed JSON; the open ones are bounded by the number of APIs. */
  readonly maxBytes: number;
  /** Seconds for which one is kept after it was last seen to fail. */
  readonly keepSeconds: number;
}

/** One that ended: printed once, so that what is remembered is bounded by the byte. */
interface Kept {
  readonly apiservice: string;
  readonly began: number;
  readonly until: number;
  readonly json: Buffer;
}

/** All incidents that are remembered. The oldest go first. */
export class MemoryBook implements IncidentBook {
  readonly #limits: BookLimits;
  /** Those that ended, by id, in the order in which the last was said of them. */
  readonly #kept = new Map<string, Kept>();
  readonly #open = new Map<string, Incident>();
  #bytes = 0;

  constructor(limits: BookLimits) {
    this.#limits = limits;
  }

  /** In the place of what was known of it. */
  put(incident: Incident): void {
    const { id, apiservice, began, ended } = incident;
    this.#forget(id);
    if (ended === undefined) {
      this.#open.set(id, incident);
      return;
    }
    const json = Buffer.from(JSON.stringify(pack(incident)));
    this.#kept.set(id, { apiservice, began, until: ended, json });
    this.#bytes += json.length;
    while (this.#bytes > this.#limits.maxBytes && this.#kept.size > 1) this.#forgetOldest();
  }

  /** Forgets what is too old. @param now Unix seconds. */
  expire(now: number): void {
    const oldest = now - this.#limits.keepSeconds;
    for (const [id, { until }] of this.#kept) {
      if (until >= oldest) break;
      this.#forget(id);
    }
    for (const [id, { lastFailing }] of this.#open) if (lastFailing < oldest) this.#open.delete(id);
  }

  has(id: string): boolean {
    return this.#open.has(id) || this.#kept.has(id);
  }

  get(id: string): Incident | undefined {
    const kept = this.#kept.get(id);
    return kept ? read(kept) : this.#open.get(id);
  }

  list({ since = Number.NEGATIVE_INFINITY, apiservice, limit = Number.POSITIVE_INFINITY }: IncidentQuery = {}): readonly Incident[] {
    const wanted = (name: string) => apiservice === undefined || apiservice === name;
    const found: { readonly began: number; readonly of: Incident | Kept }[] = [];
    for (const of of this.#open.values()) if (wanted(of.apiservice)) found.push({ began: of.began, of });
    for (const of of this.#kept.values()) if (of.until >= since && wanted(of.apiservice)) found.push({ began: of.began, of });
    found.sort((a, b) => b.began - a.began);
    return found.slice(0, limit).map(({ of }) => ('json' in of ? read(of) : of));
  }

  /** Each packed, as one JSON text, those that ended first and in that order. */
  *texts(): Generator<Buffer | string> {
    for (const { json } of this.#kept.values()) yield json;
    for (const incident of this.#open.values()) yield JSON.stringify(pack(incident));
  }

  #forget(id: string): void {
    this.#open.delete(id);
    this.#bytes -= this.#kept.get(id)?.json.length ?? 0;
    this.#kept.delete(id);
  }

  #forgetOldest(): void {
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#forget(oldest);
  }
}

function read({ json }: Kept): Incident {
  return unpack(JSON.parse(json.toString()) as PackedIncident);
}
