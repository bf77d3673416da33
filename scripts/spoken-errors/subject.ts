import type { Spoken } from './facts.ts';

/** What a text says has failed, as issue 13 counts; `other`: none of these. */
export const SUBJECTS = ['certificate', 'right', 'limit', 'connection', 'dependency', 'pod', 'other'] as const;
export type Subject = (typeof SUBJECTS)[number];

/**
 * What only the author of the program, of its flags or of an object can be at fault for: no connection, right or pod fails by it. Words that
 * say how a function was called, what a field may hold, what a decoder met, or what is deprecated.
 */
const OWN_MAKING: readonly RegExp[] = [
  // a function that is called wrongly
  /\bcalled (?:twice|before|after|multiple|more than|on)\b|invalid use of|not implemented|\bunimplemented\b|\bnil\b|should (?:never|not)|\bbug\b|impossible|internal error: /i,
  // the type of a value in the program
  /unexpected (?:type|object|list type|element)|(?:un|in)(?:supported|known|expected|valid) (?:\w+ )?(?:type|kind|scheme|enum|mode|option|key type)\b|not (?:a|an|of) (?:\w+ )?type|cast |convert|tombstone|get(?:ting)? key for|couldn't create key|does not implement/i,
  // what a field, a flag or a configuration may hold, and what a part of the program was not given
  /\bmust\b|may not be|cannot be\b|\brequire[sd]?\b(?! claim)|\bspecified\b|(?:no \S+(?: \S+){0,2}|not|n't|isn't) (?:been )?(?:provided|configured|set|initialized)\b|should be|--[a-z]|\bflags?\b|\bvalidat|mutually exclusive|\bboth\b.*\b(?:set|and)\b|\bduplicate\b|\bempty\b|misconfigured|\bignoring\b|in standalone mode|feature|please use|but not both|only one is allowed|\bunspecified\b|no authorizer|plugin has been removed|invalid (?:value|argument|option|label|selector|field|name|namespace|config|parameter|range|duration|format|header|method)/i,
  // what a decoder or an encoder met
  /\b(?:un)?marshal|serializ|\bencod(?:e|ing)\b|\bproto: |asn\.?1|\bregexp?\b|template|\bsyntax|compil(?:e|ation)\b|schema/i,
  // registration and life of parts of the program
  /already (?:registered|exists|started|running|been|set|installed|in progress|closed|open)|\bregist(?:er|ry)ing?\b(?!.*image)|post ?start ?hook|deprecat|no longer a supported|unsupported config|wrapped an|dispatched out of|name mismatch|expected name|find(?:ing)? authorizer with/i,
];

/**
 * What a program was told in its configuration or in a request, and cannot be; but of a certificate or in a handshake the same words say what
 * the other side sent.
 */
const UNFIT =
  /\bunsupported\b|\bun(?:known|recognized) (?!state|status|error)|(?:not|n't) support|\bnot enabled\b|\bmissing (?:file ?name|name|namespace|key|purpose|port|address|container name)\b|\bpars(?:e|ing)\b|out of range|not a valid|is not valid\b|longer than|%T/i;
const OF_A_PEER = /\bx509: |\btls: |certificate|http2: connection error/i;

/** A warning that says what the program does instead, or that something is well: nothing has failed by then. */
const NOTICE =
  /^(?:adjusting|allowing|using|loaded|starting|started|stopped listening)\b|\bdefaulting to\b|\bis disabled\b|: loaded |\bhas no (?:disk|memory|pid) ?pressure|treat it as/i;

interface SubjectRule {
  readonly subject: Exclude<Subject, 'other'>;
  /** In packages whose path matches, else everywhere. */
  readonly packages?: RegExp;
  readonly words: RegExp;
}

/**
 * The first that matches. The words are nouns of the field, and what they do when they fail; all texts here are of failures (by their
 * kind), so a certificate, a right or a connection that is named is one that fails. Pods and dependencies are named in passing as well:
 * there the text must say what they could not do. A package says what words mean that mean little by themselves.
 */
const RULES: readonly SubjectRule[] = [
  {
    subject: 'certificate',
    words:
      /\bx509\b|\btls\b|certificate|\bcerts?\b|\bca ?bundle|\b(?:client|root|serving) ca\b|handshake|private key|\bpem\b|\bcsr\b|\bkey ?pair\b|verification failure|signed by/i,
  },
  {
    subject: 'right',
    words:
      /forbidden|unauthori[sz]|unauthenticated|permission denied|access denied|\bdenied\b|\brbac\b|authenticat|authori[sz]|credential|impersonat|not permitted|not allowed to|bearer token|\bjwt\b|id token|\bservice ?account\b.*token|token review|access review/i,
  },
  {
    subject: 'right',
    packages: /(?:^|\/)(?:authenticat|authoriz|auth)/,
    words: /\btoken|\bclaim|\bissuer|\baudience|\buser(?:name)?\b|\bgroup|\bkey/i,
  },
  {
    subject: 'limit',
    words:
      /too many|\blimits?\b|limiter|exceed|\bquota|throttl|rate.?limit|too (?:large|long|big)|overload|exhaust|insufficient|evict|out of memory|\boom\b|no space|(?:disk|memory|pid) ?pressure|larger than|number of .* greater/i,
  },
  {
    subject: 'connection',
    words:
      /\bconnect|\bdial|refused|\breset\b|broken pipe|unreachable|no route|network|\bsocket|\beof\b|goaway|\bhttp2|\bstream (?:error|closed|id|terminated)|\btransport\b|\bprox(?:y|ies|ying)\b|tunnel|\blookup\b|resolv|\bdns\b|no such host|time.?out|timed out|deadline|cancel+ed|hijack|round ?trip|\blisten|\brequest (?:ended|failed)|backstop|keepalive|\bping\b/i,
  },
  {
    subject: 'connection',
    packages:
      /(?:^|\/)(?:net|net\/http|internal\/poll|syscall|http2|internal\/transport|transport|util\/net|util\/proxy|httpstream(?:\/\w+)*|rest)$/,
    words:
      /\bpeer\b|response from|server (?:closed|sent|gave|replied|response)|client (?:disconnected|closed|conn)|\bclosed\b|\bframe|\bstream\b|preface/i,
  },
  {
    subject: 'dependency',
    packages: /etcdserver|rpctypes|\b(?:mvcc|wal|lease|backend|embed)\b|client\/v3/,
    words:
      /unavailable|no leader|leader changed|corrupt|slow|took too long|\blost\b|unhealthy|stopped|stopping|not ready|not available|reject|mismatch|not enough|failed to (?:send|write|save|commit|sync|reach|heartbeat|publish|apply|open|read)/i,
  },
  {
    subject: 'dependency',
    words:
      /(?=.*(?:\betcd|\bstorage\b|database|webhook|kubelet|openapi|\bdiscovery\b|api ?server|\bmetrics?\b|\bleases?\b|leader|\bruntime\b|\bcri\b|prometheus|scaler|\bgrpc|\bservices?\b|endpoint|\bbackend|apiservice|registry|\bplugin|\bcaches?\b|\bnodes?\b|resource lock))(?=.*(?:fail|error|unable|cannot|could ?n.t|could not|not (?:found|ready|available|present|healthy|listening|synced)|unavailable|unhealthy|\blost\b|bad status|non-success|\bdown\b|\bno .*(?:available|addresses|returned)))/is,
  },
  {
    subject: 'pod',
    words:
      /(?=.*(?:\bpods?\b|container|\bimages?\b|volumes?\b|predicate|\bprobe|sandbox|\binit\b|\bhook\b|replica ?set|\bnodes?\b))(?=.*(?:fail|error|unable|cannot|could ?n.t|could not|not (?:found|ready|available|start|running)|unhealthy|back.?off|crash|kill|unready|reject|preempt|restart|never pull|unknown|abnormal))/is,
  },
];

/** By the rules above, over package and words; nothing else of a row is asked. */
export function subjectOf({ package: folder, format }: Pick<Spoken, 'package' | 'format'>): Subject {
  const words = withoutNames(format);
  if (NOTICE.test(words) || OWN_MAKING.some((rule) => rule.test(words)) || (UNFIT.test(words) && !OF_A_PEER.test(words))) return 'other';
  return RULES.find((rule) => (rule.packages?.test(folder) ?? true) && rule.words.test(words))?.subject ?? 'other';
}

/** Reasons in one word (`FailedCreatePodSandBox`) as the words that they are made of. */
function withoutNames(format: string): string {
  return format.replace(/^[A-Z]\w*(?=:|$)/, (name) => name.replace(/([a-z])([A-Z])/g, '$1 $2'));
}
