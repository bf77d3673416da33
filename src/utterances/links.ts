/** One link of a chain that says to whom a program spoke, and how far it was. */
export interface Link {
  readonly kind: 'url' | 'resource' | 'dial' | 'exchange' | 'lookup' | 'proxy' | 'handshake';
  readonly at: number;
  readonly verb?: string;
  /** Of a URL: it is of a store or a queue. */
  readonly store?: true;
  readonly network?: string;
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  /** Of a lookup: the name server that was asked. */
  readonly server?: string;
}

const METHOD = String.raw`(?:\b(?<verb>get|post|put|patch|delete|head|options|list|watch)\s{1,2})?`;
/** Schemes of what servers keep their data in or queue it with. */
const STORES = 'postgres(?:ql)?|mysql|sqlserver|mongodb(?:\\+srv)?|rediss?|amqps?|kafka|nats|clickhouse|memcached';
const URL_OF = String.raw`["'\x60(<]{0,2}(?<scheme>https?|grpcs?|dns|passthrough|${STORES}):\/{2,3}(?<rest>[^\s"'\x60\\<>)\]]{0,399}[^\s"'\x60\\<>)\]:,;.])`;
/** Go's net.OpError: `dial tcp 10.0.0.7:443`, `read tcp 10.0.0.1:4321->10.0.0.7:443`, `read unix @->/run/tunnel.sock`. */
const OPERATION = String.raw`\b(?<op>dial|connect|read|write|accept|listen|sendto) (?<net>tcp|udp|unix|ip)[46]?(?::| (?:[^\s>"]{0,90}->)?(?<to>[^\s"\\,;]{1,200}))`;
/** Go's resolver; and CoreDNS, of a question that it handed on (plugin/errors: `2 tide.example.com. A: read udp …`). */
const LOOKUP = String.raw`\b(?:lookup |plugin\/errors: \d{1,2} )(?<name>[^\s:"\\]{1,253})(?: on (?<server>[^\s"\\,]{1,80}))?`;
/** What others than Go say of the same: Node, Python's urllib3, curl and Java, kubectl, and grpc-go's address. */
const FOREIGN = String.raw`(?:\becon\w{2,12} |\betimedout |connectionpool\(host='|failed to connect to \/?|\{addr: \\?"|connection to the server |\blookup_host |could not resolve host: |getaddrinfo \w{2,12} )(?<place>(?:\[[0-9a-f:.%]{2,45}\]|[\w.-]{1,253}))(?:(?::|', port=| port )(?<placeport>\d{1,5}))?`;
/**
 * A proxy that refuses CONNECT: of its answer net/http keeps the bare text of the status (transport.go: dialConn), while who asks a server
 * itself prints the number too.
 */
const STATUS_OF_PROXY = String.raw`(?<=https:\/\/[^\s"]{1,300}"?): (?:forbidden|bad gateway|service unavailable|gateway time-?out|proxy authentication required|internal server error)(?=["'\s]*$)`;
/** How client-go names what it asked for: verb, resource with its group, name (api/errors: NewGenericServerResponse). */
const RESOURCE = String.raw`\((?<asked>get|list|post|put|patch|delete|watch) (?<resource>[a-z]{3,60}(?:\.[a-z0-9.-]{1,253})?)(?: [\w.:-]{1,253})?\)`;
const WORDS = String.raw`(?<proxy>\bproxyconnect tcp\b|failed to do connect handshake|${STATUS_OF_PROXY})|(?<tls>\btls handshake\b|\btls: |\bx509: )`;

const IS_STORE = new RegExp(`^(?:${STORES})$`, 'i');
const LINKS = new RegExp(`${METHOD}${URL_OF}|${OPERATION}|${LOOKUP}|${FOREIGN}|${RESOURCE}|${WORDS}`, 'gi');
/** An error that lists more is a list of alike ones. */
const MOST_LINKS = 64;

/** All links of a text in the order in which they stand. Linear in the text. */
export function linksOf(text: string): Link[] {
  const links: Link[] = [];
  for (const match of text.matchAll(LINKS)) {
    links.push(linkOf(match.groups ?? {}, match.index));
    if (links.length === MOST_LINKS) break;
  }
  return links;
}

type Groups = Partial<Record<string, string>>;

function linkOf(groups: Groups, at: number): Link {
  if (groups['scheme'] !== undefined) return urlLink(groups, at);
  if (groups['op'] !== undefined) return operationLink(groups, at);
  if (groups['name'] !== undefined) return { kind: 'lookup', at, host: groups['name'], ...given('server', groups['server']) };
  if (groups['place'] !== undefined) return { kind: 'dial', at, ...endOf(groups['place'], groups['placeport']) };
  if (groups['resource'] !== undefined) return { kind: 'resource', at, path: groups['resource'], ...given('verb', groups['asked']) };
  if (groups['proxy'] !== undefined) return { kind: 'proxy', at };
  return { kind: 'handshake', at };
}

/** Ports of the schemes that have one. */
const PORT_OF_SCHEME: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
]);

function urlLink({ verb, scheme = '', rest = '' }: Groups, at: number): Link {
  const end = rest.search(/[/?]/);
  const authority = (end < 0 ? rest : rest.slice(0, end)).replace(/^[^@]{0,200}@/, '');
  const path = end < 0 ? '' : rest.slice(end).replace(/\?.*$/, '');
  const { host, port = PORT_OF_SCHEME.get(scheme.toLowerCase()) } = placeOf(authority);
  const store = IS_STORE.test(scheme) ? true : undefined;
  return { kind: 'url', at, host, path, ...given('port', port), ...given('verb', verb?.toLowerCase()), ...given('store', store) };
}

const KIND_OF_OPERATION: ReadonlyMap<string, Link['kind']> = new Map([
  ['read', 'exchange'],
  ['write', 'exchange'],
]);

function operationLink({ op = '', net = '', to }: Groups, at: number): Link {
  const kind = KIND_OF_OPERATION.get(op.toLowerCase()) ?? 'dial';
  const network = net.toLowerCase();
  if (to === undefined) return { kind, at, network };
  if (network === 'unix') return { kind, at, network, host: to.replace(/:$/, '').replace(/^@/, '') };
  return { kind, at, network, ...placeOf(to.replace(/:$/, '')) };
}

function placeOf(text: string): { readonly host: string; readonly port?: number } {
  const match = /^(\[[0-9a-f:.%]{2,45}\]|[^:]{0,253})(?::(\d{1,5}))?/i.exec(text);
  return endOf(match?.[1] ?? text, match?.[2]);
}

function endOf(host: string, port: string | undefined): { readonly host: string; readonly port?: number } {
  return { host: host.replace(/^\[|\]$/g, ''), ...(port === undefined ? {} : { port: Number(port) }) };
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, Value>);
}
