import type { ConditionFacts } from '../../domain/snapshot.ts';
import type { NamedApis } from './apis.ts';
import { type KeyValue, keyValueOf, unquote } from './key-values.ts';
import { timeOf } from './times.ts';

const REASONS =
  /^(?:Passed|ServiceNotFound|ServiceAccessError|ServicePortError|EndpointsNotFound|EndpointsAccessError|MissingEndpoints|FailedDiscoveryCheck)$/;
const ROW = /^\s*(v\d\w{0,20}\.(?:[a-z0-9][a-z0-9.-]{1,252})?)\s+(\S{1,320})\s+(True|False|Unknown)(?:\s+\((\w{1,64})\)?)?(?:\s|$)/;
const UNDER_DIAGNOSIS = /^\s*# APIService under diagnosis: (v\S{1,320}\.\S{1,320})/;
/** The core group has no name: `v1.` */
const NAME = /^v\d\w{0,20}\.(?:[a-z0-9][a-z0-9.-]{1,252})?$/;
/** What the kube-apiserver says of an API that it serves itself (kube-aggregator 1.36 apis/apiregistration/v1/helper/helpers.go NewLocalAvailableAPIServiceCondition). */
const LOCAL = 'Local';
const MOST_MESSAGE_LINES = 12;
/** APIServices of one table. */
const MOST_ROWS = 5000;
const HEADINGS: ReadonlySet<string> = new Set(['status', 'type', 'reason']);
/** Keys of a condition that are kept. */
const FIELDS: ReadonlySet<string> = new Set(['type', 'status', 'reason', 'message', 'lasttransitiontime']);

/**
 * Conditions of APIServices: rows of `kubectl get apiservices`, and objects in YAML, JSON or as `describe` prints them, in any
 * order of keys and cut anywhere. An object's condition is complete when its list item ends, or the text.
 */
export class ConditionReader {
  readonly #apis: NamedApis;
  #kind = '';
  #object = '';
  /** Of the table: a second row of an API in one is a change that `get --watch` printed. */
  readonly #rows = new Map<string, ConditionFacts['status']>();
  readonly #item = new Map<string, string>();
  /** The message goes on: until its quote closes, or a line has a key again. */
  #more: { indent: number; quoted: boolean; lines: number } | undefined;

  constructor(apis: NamedApis) {
    this.#apis = apis;
  }

  /** A message goes on in the next line. */
  get goesOn(): boolean {
    return this.#more !== undefined;
  }

  /** True when the line is part of an APIService's condition or names one. */
  read(line: string): boolean {
    if (line === '' || line.startsWith('NAME')) this.#rows.clear();
    if (line.includes('# APIService')) {
      const api = UNDER_DIAGNOSIS.exec(line)?.[1];
      if (api !== undefined) this.#apis.name(api);
      return api !== undefined;
    }
    return this.#turned(line) || this.#row(line) || this.#continued(line) || this.#keyValue(line);
  }

  /** A command or another object begins: what was open ends. */
  end(): void {
    this.#flush();
    this.#rows.clear();
    this.#kind = '';
    this.#object = '';
  }

  /** The check of the kube-apiserver says itself when its verdict changes: that is a row of the table, with its time. */
  #turned(line: string): boolean {
    if (!line.includes('changing APIService availability')) return false;
    const text = line.slice(0, 4096).replaceAll('\\"', '"');
    const field = (key: string) => new RegExp(String.raw`\b${key}"?[=:]\s?"([^"]{0,2000})"`).exec(text)?.[1];
    const [api = '', before, status] = [field('name'), field('oldStatus'), field('newStatus')];
    if (!NAME.test(api) || !isStatus(status)) return false;
    const since = timeOf(line);
    const reason = field('reason') ?? (status === 'True' ? 'Passed' : '');
    const condition = { status, reason, message: field('message') ?? '', ...(since === undefined ? {} : { lastTransition: since }) };
    if (isStatus(before)) this.#apis.watched(api, condition, before);
    else this.#apis.condition(api, condition);
    return true;
  }

  #row(line: string): boolean {
    const row = line.length < 1000 ? ROW.exec(line) : null;
    if (!row) return false;
    const [, api = '', service = '', status, reason] = row;
    if (service === LOCAL) {
      this.#apis.local(api);
      return true;
    }
    const slash = service.indexOf('/');
    if (slash > 0) this.#apis.backend(api, service.slice(0, slash), service.slice(slash + 1));
    const condition: ConditionFacts = {
      status: status as ConditionFacts['status'],
      reason: reason ?? (status === 'True' ? 'Passed' : ''),
      message: '',
    };
    const above = this.#rows.get(api);
    if (this.#rows.size < MOST_ROWS) this.#rows.set(api, condition.status);
    if (above === undefined) this.#apis.condition(api, condition);
    else this.#apis.watched(api, condition, above);
    return true;
  }

  #continued(line: string): boolean {
    const more = this.#more;
    if (!more) return false;
    const indent = line.length - line.trimStart().length;
    const over =
      more.lines >= MOST_MESSAGE_LINES || line.trim() === '' || (!more.quoted && (indent <= more.indent || keyValueOf(line) !== undefined));
    if (over) {
      this.#more = undefined;
      return false;
    }
    this.#item.set('message', `${this.#item.get('message') ?? ''} ${unquote(line.trim())}`);
    this.#more = more.quoted && /["'],?\s*$/.test(line) ? undefined : { ...more, lines: more.lines + 1 };
    // What the message of another object says is said by whoever wrote it there.
    return this.#kind === 'APIService' || this.#kind === '';
  }

  #keyValue(line: string): boolean {
    const trimmed = line.trim();
    if (trimmed === '{' || trimmed === '}' || trimmed === '},' || trimmed === '-') {
      this.#flush();
      return false;
    }
    const found = keyValueOf(line);
    return found !== undefined && this.#take(found, found.key.toLowerCase().replaceAll(' ', ''));
  }

  #take({ value, starts, indent, open }: KeyValue, key: string): boolean {
    // `Status:` and `Type:` above a block are its headings.
    if (value === '' && HEADINGS.has(key)) return false;
    if (key === 'kind') {
      this.#flush();
      this.#kind = value;
      return false;
    }
    if (starts || this.#item.has(key)) this.#flush();
    if (key === 'name' && this.#isOfApi(value)) this.#name(value);
    else if (FIELDS.has(key)) this.#item.set(key, value);
    else return false;
    if (key === 'message') this.#more = { indent, quoted: open, lines: 0 };
    return this.#kind === 'APIService';
  }

  #isOfApi(name: string): boolean {
    return NAME.test(name) && (this.#kind === 'APIService' || this.#kind === '');
  }

  #name(api: string): void {
    this.#flush();
    this.#object = api;
    if (this.#kind === 'APIService') this.#apis.name(api);
  }

  #flush(): void {
    const { type, status, reason = '', message = '', lasttransitiontime } = withItsStatus(Object.fromEntries(this.#item));
    this.#item.clear();
    this.#more = undefined;
    if (type !== 'Available' || !isStatus(status) || (this.#kind !== 'APIService' && !REASONS.test(reason))) return;
    if (reason === LOCAL) {
      this.#apis.local(this.#object);
      return;
    }
    const since = lasttransitiontime === undefined ? undefined : timeOf(lasttransitiontime);
    this.#apis.condition(this.#object || apiOf(message) || 'unknown', {
      status,
      reason,
      message,
      ...(since === undefined ? {} : { lastTransition: since }),
    });
  }
}

/**
 * What `grep` leaves of a condition has no status. Of these reasons each has one (kube-aggregator 1.36 remote_available_controller.go), and no other
 * condition has them.
 */
function withItsStatus(item: Record<string, string>): Record<string, string> {
  const { type, status, reason = '', message } = item;
  if (type !== undefined || status !== undefined || message === undefined || !REASONS.test(reason) || reason === 'Passed') return item;
  return { ...item, type: 'Available', status: reason.endsWith('AccessError') ? 'Unknown' : 'False' };
}

function isStatus(text: string | undefined): text is ConditionFacts['status'] {
  return text === 'True' || text === 'False' || text === 'Unknown';
}

/** `https://10.96.7.7:443/apis/tides.example.com/v1` → `v1.tides.example.com` */
export function apiOf(message: string): string | undefined {
  const path = /\/apis\/([a-z0-9.-]{1,253})\/(v\d\w{0,20})\b/.exec(message.slice(0, 4096));
  return path ? `${path[2]}.${path[1]}` : undefined;
}
