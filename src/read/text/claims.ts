import { apiOfPath, isBuiltIn } from './apis.ts';
import { headOf } from './lines.ts';
import { type AnswerTimes, type ErrorTimes, merged, NO_ERRORS, withError } from './over.ts';

/** What a line says of an API in so many words: that it answered somebody, or that it is counted as failing. */
export interface Claim {
  /** Undefined: of the API that the text is about. */
  readonly api?: string;
  readonly answers: boolean;
  /** A part of a sentence. */
  readonly because: string;
  /** It answered discovery, which tells of its resources nothing. */
  readonly discovery?: true;
  /** Something else in the text may explain it: an answer of the same API outweighs it. */
  readonly weak?: true;
}

/** Each reads one kind of line. The first that finds something speaks for the line. */
const READERS: readonly ((line: string) => Claim | undefined)[] = [sample, accessLine, overdue, clientRequest, emptyGroup];

/** Shorter lines and lines without one of these words claim nothing: most of a long text. */
const SHORTEST = 24;
const CLAIMS = /ggregat|\/apis\/|empty response/;

export function claimOf(line: string): Claim | undefined {
  if (line.length < SHORTEST || !CLAIMS.test(line)) return undefined;
  const text = headOf(line);
  for (const read of READERS) {
    const claim = read(text);
    if (claim) return claim;
  }
  return undefined;
}

const SAMPLE =
  /\b(aggregator_unavailable_apiservice|aggregated_api_available|aggregated_api_failing)\{([^}]{0,2000})\}["'\s,:=>]{0,12}(?:"?value"?\s{0,2}:\s{0,2}\[[\d.]{1,20}, ?)?"?([01])(?:\.0{1,6})?\b/;
const SAMPLE_JSON = /"__name__":\s?"(aggregator_unavailable_apiservice|aggregated_api_available|aggregated_api_failing)"/;
const SAMPLE_VALUE = /"value":\s?\[[\d.]{1,20},\s?"([01])"\]/;
const SAMPLE_LABEL = /\b(?:name|apiservice)"?\s?[=:]\s?"(v\d\w{0,20}\.[a-z0-9.-]{1,252})"/;

/** A sample of a metric that says whether an API is available, as Prometheus or an exposition prints it. */
function sample(line: string): Claim | undefined {
  if (!line.includes('aggregat')) return undefined;
  const { metric, labels, shown } = printedSample(line) ?? jsonSample(line);
  const api = SAMPLE_LABEL.exec(labels)?.[1];
  if (metric === undefined || shown === undefined || api === undefined) return undefined;
  const answers = (shown === '1') === (metric === 'aggregated_api_available');
  return { api, answers, because: `the metric ${metric} is ${shown}` };
}

interface Sample {
  readonly metric: string | undefined;
  readonly labels: string;
  readonly shown: string | undefined;
}

function printedSample(line: string): Sample | undefined {
  const [, metric, labels = '', shown] = SAMPLE.exec(line) ?? [];
  return metric === undefined ? undefined : { metric, labels, shown };
}

function jsonSample(line: string): Sample {
  return { metric: SAMPLE_JSON.exec(line)?.[1], labels: line, shown: SAMPLE_VALUE.exec(line)?.[1] };
}

const ACCESS =
  /(?:"HTTP" verb="[A-Z]{3,7}" URI="(\/apis\/[^"]{1,1000})".*\bresp=(\d{3})\b|\b(?:GET|LIST|WATCH|POST|PUT|PATCH|DELETE) (\/apis\/\S{1,1000}):? \([\d.]{1,20}\S{0,2}s\) (\d{3})\b|"requestURI":"(\/apis\/[^"]{1,1000})".*"code":(\d{3})\b)/;

/** A line of a request log. Answers with 4xx are the business of their signatures: a client may deserve them. */
function accessLine(line: string): Claim | undefined {
  if (!line.includes('/apis/')) return undefined;
  const [, ...found] = ACCESS.exec(line) ?? [];
  return statusClaim(
    found.filter((part) => part !== undefined),
    'a request log shows',
  );
}

const OVERDUE = /"Post-timeout activity" .{0,200}\bpath="(\/apis\/[^"]{1,1000})"/;

/**
 * A handler that went on after its request had been answered with a timeout (apiserver 1.36 server/filters/timeout.go): who asked got no answer.
 * How long that is who asks decides (`?timeout=`, up to the server's own), so it is of that request where the API answers others.
 */
function overdue(line: string): Claim | undefined {
  const path = line.includes('Post-timeout') ? OVERDUE.exec(line)?.[1] : undefined;
  const api = path === undefined ? undefined : apiOfPath(path);
  return api === undefined ? undefined : { api, answers: false, because: 'a request to it ran into its deadline', weak: true };
}

const REQUEST =
  /(?:\b(?:GET|POST|PUT|PATCH|DELETE) (https?:\/\/[^\s"]{1,1000}) (\d{3}) |"Response".{0,20} verb="[A-Z]{3,7}" url="(https?:\/\/[^"]{1,1000})" status="(\d{3}) )/;

/** `kubectl -v=6`: each request with its status. */
function clientRequest(line: string): Claim | undefined {
  if (!line.includes('/apis/')) return undefined;
  const [, ...found] = REQUEST.exec(line) ?? [];
  return statusClaim(
    found.filter((part) => part !== undefined),
    'a client got',
  );
}

/** Behind group and version of a path. */
const OF_A_RESOURCE = /\/apis\/[^/?]{1,253}\/[^/?]{1,40}\/[^?\s]/;

function statusClaim([path = '', status = '']: readonly string[], who: string): Claim | undefined {
  const api = apiOfPath(path);
  if (api === undefined) return undefined;
  const answers = status.startsWith('2');
  if (!answers && !status.startsWith('5') && status !== '429') return undefined;
  return { api, answers, because: `${who} an answer with ${status}`, ...(OF_A_RESOURCE.test(path) ? {} : { discovery: true }) };
}

/** client-go: a group that answered, with no resource in it. */
function emptyGroup(line: string): Claim | undefined {
  const found = line.includes('empty response') ? /got empty response for: ([a-z0-9.-]{1,253})\/(v\d\w{0,20})/i.exec(line) : null;
  const [, group, version] = found ?? [];
  if (group === undefined || isBuiltIn(group)) return undefined;
  return { api: `${version}.${group}`, answers: true, because: 'it answered discovery, with an empty list' };
}

const MOST_APIS = 50;
const MOST_PROOFS = 3;
/** Answers of one API whose times are kept. */
const MOST_ANSWERS = 5000;

interface Claimed {
  readonly proofs: Set<string>;
  /** Unix milliseconds. */
  readonly resources: number[];
  readonly discovery: number[];
  errors: ErrorTimes;
  error?: string;
  weakError?: string;
}

/** The claims of one text. */
export class ClaimBook {
  readonly #byApi = new Map<string, Claimed>();
  readonly #ofNone: Claimed = { proofs: new Set(), resources: [], discovery: [], errors: NO_ERRORS };

  /** @param at the time stamp of its line. */
  add({ api, answers, because, weak, discovery }: Claim, at: number | undefined): void {
    const own = api === undefined ? this.#ofNone : this.#of(api);
    if (!own) return;
    if (answers) {
      if (own.proofs.size < MOST_PROOFS) own.proofs.add(because);
      const times = discovery ? own.discovery : own.resources;
      if (at !== undefined && times.length < MOST_ANSWERS) times.push(at);
      return;
    }
    own.errors = withError(own.errors, at, !discovery);
    if (weak) own.weakError ??= because;
    else own.error ??= because;
  }

  #of(api: string): Claimed | undefined {
    const known = this.#byApi.get(api);
    if (known || this.#byApi.size >= MOST_APIS) return known;
    const own: Claimed = { proofs: new Set(), resources: [], discovery: [], errors: NO_ERRORS };
    this.#byApi.set(api, own);
    return own;
  }

  get apis(): readonly string[] {
    return [...this.#byApi.keys()];
  }

  get any(): boolean {
    return this.#byApi.size > 0 || this.#ofNone.error !== undefined || this.#ofNone.weakError !== undefined;
  }

  /** What shows that this API answers. */
  proofs(api: string): readonly string[] {
    return [...(this.#byApi.get(api)?.proofs ?? [])];
  }

  /** When it answered, and when it was counted as failing. */
  timesOf(api: string): Pick<AnswerTimes, 'resources' | 'discovery'> & { readonly errors: ErrorTimes } {
    const own = this.#byApi.get(api) ?? this.#ofNone;
    const { resources, discovery } = own;
    return { resources, discovery, errors: merged([own.errors, this.#ofNone.errors]) };
  }

  /** What shows that somebody got an error from it; what could be explained otherwise counts only where nothing shows that it answers. */
  error(api: string): string | undefined {
    const own = this.#byApi.get(api);
    if (own?.error !== undefined) return own.error;
    if (own && own.proofs.size > 0) return undefined;
    return own?.weakError ?? this.#ofNone.error ?? this.#ofNone.weakError;
  }
}
