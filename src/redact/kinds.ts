/** What is cut out of texts; the label `kind` of the metric. Closed, so that each series is there from the start. */
export const REDACTED_KINDS = [
  'private-key',
  'authorization',
  'jwt',
  'access-token',
  'cloud-key',
  'url-credentials',
  'password',
  'kubeconfig',
  'email',
] as const;
export type RedactedKind = (typeof REDACTED_KINDS)[number];

/**
 * One shape of a secret. Each pattern is linear: what it repeats is bounded, or begins where no such character stands before, so
 * that no run of characters is walked twice.
 */
export interface SecretShape {
  readonly kind: RedactedKind;
  /** Global. The group `secret` is cut; where there is none, all of it. */
  readonly pattern: RegExp;
  /** Asked of the secret, where the words around it are not proof enough. `lone`: its key is the one word that is also a kind of object. */
  readonly isSecret?: (secret: string, match: string, lone: boolean) => boolean;
}

/** Words of prose have neither digits nor capitals inside; 24 letters in a row are no word. */
export const looksRandom = (text: string): boolean => /\d|[a-z][A-Z]|=$/.test(text) || text.length >= 24;

const isPath = (text: string): boolean => /^\.{0,2}\/[\w./-]+$/.test(text) || /^[A-Za-z]:\\/.test(text);
/** What programs print instead of a secret, or a name of one: nothing to hide, and telling. */
const isPlaceholder = (text: string): boolean =>
  /^(?:true|false|null|nil|none|empty|unset|yes|no|undefined|redacted|hidden|masked|secret|expired|invalid|missing|required)$/i.test(
    text,
  ) ||
  /^[*x.•<>[\]{}()-]+$/i.test(text) ||
  /^[<[({$%]/.test(text);
/** `namespace/name`, as Kubernetes objects are called. */
const isName = (text: string): boolean => /^[a-z0-9][a-z0-9.-]*(?:\/[a-z0-9][a-z0-9.-]*)?$/.test(text);

const PEM = String.raw`-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----`;
const PEM_END = String.raw`-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----`;
/** Between lines of a key: line breaks, spelled out or not, indentation, and what a log puts before each line. */
const BREAK = String.raw`(?:\s|\\[nrt]|\\\\n|"|,)`;

/** The value of a pair: quoted, also in a quoted text, or up to what ends a value in logfmt, URLs, JSON and YAML. */
const VALUE = String.raw`(?<quote>\\{0,3}["'])?(?!‹redacted)(?<secret>[^\s"'\\,;&)}\]‹]{1,4096})`;
const SECRET_WORDS = [
  ...[
    'password',
    'passwd',
    'passphrase',
    'passwort',
    String.raw`(?<![a-z])pass`,
    String.raw`(?<![a-z])pwd`,
    String.raw`(?<lone>(?<![\w-])secret)`,
    'secret',
    'token',
  ],
  ...['api[_-]?key', 'access[_-]?key', 'account[_-]?key', 'private[_-]?key', 'secret[_-]?access[_-]?key', 'access[_-]?key[_-]?id'],
  ...['credentials?', 'x-amz-signature', 'x-amz-credential', String.raw`(?<=[?&])sig`, String.raw`(?<=[?&])signature`],
].join('|');

export const SHAPES: readonly SecretShape[] = [
  {
    kind: 'private-key',
    // Whole, or cut at its end.
    pattern: new RegExp(
      `${PEM}(?:(?:[A-Za-z0-9+/=\\s\\\\:,."]|-(?!-)){0,16384}?${PEM_END}|(?:${BREAK}{1,64}[A-Za-z0-9+/=]{16,1024}){0,512})`,
      'g',
    ),
  },
  {
    kind: 'private-key',
    // Cut at both: whole lines as PEM folds them.
    pattern: /(?<=^|\n)[A-Za-z0-9+/]{64}(?:\n[A-Za-z0-9+/]{64}){1,512}(?:\n[A-Za-z0-9+/=]{1,64}(?=\n|$))?/g,
  },
  {
    kind: 'private-key',
    // Cut at its beginning.
    pattern: new RegExp(`(?<![A-Za-z0-9+/=])[A-Za-z0-9+/=]{16,1024}(?:\\s{1,8}[A-Za-z0-9+/=]{2,1024}){0,80}\\s{1,8}${PEM_END}`, 'g'),
  },
  {
    kind: 'kubeconfig',
    pattern: /(?:client-key-data|client-certificate-data)\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3}["']?(?<secret>[A-Za-z0-9+/=]{8,65536})/g,
  },
  {
    kind: 'authorization',
    pattern:
      /(?<![\w-])(?:proxy-)?authorization\\{0,3}["']?\s{0,4}[:=]\s{0,4}[\\"'[]{0,8}(?:bearer|basic|token|negotiate|digest|apikey|aws4-hmac-sha256)\s{1,4}(?!‹)(?<secret>[^\s"'\\,\]}]{1,8192})/gi,
    isSecret: (secret) => !/^(?:realm|error|scope|token|auth|header|is|was|not|for)\b/i.test(secret),
  },
  {
    kind: 'authorization',
    pattern: /(?<![\w-])(?:bearer|basic)\s{1,4}(?<secret>[A-Za-z0-9._~+/-]{8,8192}={0,2})/gi,
    isSecret: (secret) => looksRandom(secret.replace(/[.]+$/, '')) && !/^(?:realm|error|scope|token)\b/i.test(secret),
  },
  // Header and payload are JSON; the beginning of one that was cut is one too.
  { kind: 'jwt', pattern: /(?<![\w-])eyJ[\w-]{16,16384}(?:\.[\w-]{0,16384}){0,4}/g },
  {
    kind: 'access-token',
    pattern:
      /(?<![\w-])(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|gl(?:pat|rt|dt|ft|ptt)-[\w.-]{20,255}|xox[abeoprs]-[\w-]{10,255}|npm_[A-Za-z0-9]{36}|dckr_pat_[\w-]{20,64}|hv[bs]\.[\w-]{20,1024}|(?:sk|rk)_(?:live|test)_\w{16,255})/g,
  },
  { kind: 'access-token', pattern: /hooks\.slack\.com\/services\/(?<secret>[\w/]{20,255})/g },
  {
    kind: 'cloud-key',
    pattern: /(?<![A-Za-z0-9_-])(?:(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])|AIza[\w-]{35}|ya29\.[\w-]{20,2048}|1\/\/0[\w-]{20,512})/g,
  },
  // user:password@host of a URL; a database's DSN.
  { kind: 'url-credentials', pattern: /(?<=:\/\/)(?<secret>[^\s/?#"'<>@‹]{0,256}:[^\s/?#"'<>@‹]{1,1024})@/g },
  { kind: 'url-credentials', pattern: /(?<![\w.-])(?<secret>[\w.-]{1,64}:[^\s:@/"'‹]{1,256})@(?=(?:tcp|unix)\()/g },
  {
    kind: 'password',
    // key=value, "key":"value", --key=value, KEY=value, key="value".
    pattern: new RegExp(String.raw`(?:${SECRET_WORDS})\\{0,3}["']?\s{0,2}(?:=|:=|["']\s{0,2}:)\s{0,2}${VALUE}`, 'gi'),
    isSecret: (secret, _, lone) => isWorthHiding(secret) && !(lone && isName(secret)),
  },
  {
    kind: 'password',
    // "key":"value" and key: value; in prose a colon means something else, so an unquoted value has to look like a secret.
    pattern: new RegExp(String.raw`(?:${SECRET_WORDS})\\{0,3}["']?:\s{0,4}${VALUE}`, 'gi'),
    isSecret: (secret, match, lone) =>
      isWorthHiding(secret) && (/["']\s{0,4}:|:\s{0,4}\\{0,3}["']/.test(match) ? !(lone && isName(secret)) : isStrong(secret)),
  },
  {
    kind: 'password',
    // A line of YAML.
    pattern: new RegExp(
      String.raw`(?<=(?:^|\n)[ \t]{0,32}(?:- )?)[\w.-]{0,64}(?:${SECRET_WORDS}):[ \t]{1,4}["']?(?!‹redacted)(?<secret>[^\s"'#‹]{1,4096})(?=["']?[ \t]{0,8}(?:\r?\n|$))`,
      'gi',
    ),
    isSecret: (secret, _, lone) => isWorthHiding(secret) && !/[:=]$/.test(secret) && !(lone && isName(secret)),
  },
  {
    kind: 'password',
    // --key value
    pattern:
      /--[a-z-]{0,32}?(?:password|passwd|secret|token|api-key|access-key)["',]{0,3}\s{1,4}["']?(?<secret>[^\s"'\\,‹-][^\s"'\\,‹]{5,1024})/gi,
    isSecret: (secret) => isWorthHiding(secret) && looksRandom(secret),
  },
  {
    kind: 'email',
    // Not a Go module at a version, an image at a digest, nor a unit of systemd.
    pattern:
      /(?<![\w.+@-])[\w.+-]{1,64}@(?!v\d)(?=[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.(?!(?:service|socket|timer|slice|mount|scope|target)\b)[A-Za-z]{2,24}\b)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g,
  },
];

function isWorthHiding(secret: string): boolean {
  return !isPlaceholder(secret) && !isPath(secret);
}

/** Letters and digits, and neither a number with a unit, an address, a name with dots, nor the beginning of the next clause. */
function isStrong(secret: string): boolean {
  const mixed = secret.length >= 6 && /\d/.test(secret) && /[A-Za-z]/.test(secret);
  return mixed && !/:$|:\/\/|^[a-z_]+=|^[\d.:]+[a-z]{0,2}$/i.test(secret) && !(/[./]/.test(secret) && isName(secret));
}
