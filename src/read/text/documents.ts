import { apiOfPath, isBuiltIn } from './apis.ts';
import type { Claim } from './claims.ts';
import { keyValueOf } from './key-values.ts';

/** Kinds that only an aggregated API serves; an APIResourceList is the discovery document of any group. */
const SERVED_KIND = /^(?:(?:Node|Pod)Metrics(?:List)?|(?:External)?MetricValueList|PackageManifest(?:List)?)$/;
const KIND_IN_LINE = /"kind":\s?"(APIResourceList|(?:Node|Pod)Metrics(?:List)?|(?:External)?MetricValueList|PackageManifest(?:List)?)"/;
const GROUP_IN_LINE = /"(?:groupVersion|apiVersion)":\s?"([a-z0-9.-]{1,253})\/(v\d\w{0,20})"/;
const TOP_HEAD = /^NAME(?:SPACE\s+NAME)?\s+(?:POD\s+)?(?:NAME\s+)?CPU\(cores\)/;
const TOP_ROW = /^\S{1,253}\s+(?:\S{1,253}\s+)?\d{1,9}m?\s+(?:\d{1,3}%\s+)?\d{1,9}(?:Ki|Mi|Gi)?\b/;
const RESOURCE_METRICS = 'v1beta1.metrics.k8s.io';

/** Documents and tables that only an API that answers can give: a discovery document, its objects, figures of `kubectl top`. */
export class DocumentReader {
  #kind = false;
  #top = false;
  #asked: string | undefined;

  /** A command begins: what it asks for may be the only name of the document that follows. */
  command(text: string): void {
    this.#kind = false;
    this.#top = false;
    this.#asked = apiOfPath(text);
  }

  /** The API whose path the last command asked for. */
  get asked(): string | undefined {
    return this.#asked;
  }

  read(line: string): Claim | undefined {
    if (line.length > 100_000) return undefined;
    if (line.startsWith('NAME') && TOP_HEAD.test(line)) {
      this.#top = true;
      return undefined;
    }
    if (this.#top) {
      if (TOP_ROW.test(line)) return { api: RESOURCE_METRICS, answers: true, because: '`kubectl top` shows figures' };
      this.#top = line.trim() !== '' && line.includes('<unknown>');
    }
    return this.#inOneLine(line) ?? this.#overLines(line);
  }

  #inOneLine(line: string): Claim | undefined {
    if (!line.includes('"kind"') || !KIND_IN_LINE.test(line)) return undefined;
    const [, group, version] = GROUP_IN_LINE.exec(line) ?? [];
    if (group !== undefined && version !== undefined) return served(group, version);
    this.#kind = true;
    // Of a document that is cut the command tells which one it is.
    return this.#asked === undefined ? undefined : { api: this.#asked, answers: true, because: SERVED };
  }

  #overLines(line: string): Claim | undefined {
    const found = this.#kind || line.includes('kind') ? keyValueOf(line) : undefined;
    if (!found) return undefined;
    if (found.key === 'kind') this.#kind = found.value === 'APIResourceList' || SERVED_KIND.test(found.value);
    if (!this.#kind || (found.key !== 'groupVersion' && found.key !== 'apiVersion')) return undefined;
    const [group, version, more] = found.value.split('/');
    return group && version && more === undefined ? served(group, version) : undefined;
  }
}

const SERVED = 'a document that it served is in the text';

function served(group: string, version: string): Claim | undefined {
  if (isBuiltIn(group) || !/^[a-z][a-z0-9.-]{0,252}$/.test(group) || !/^v\d\w{0,20}$/.test(version)) return undefined;
  return { api: `${version}.${group}`, answers: true, because: SERVED };
}
