/**
 * Pieces of words of which each reason, each failed operation and each trace holds one: what has none of them needs no closer look.
 * A test holds it against the table of reasons.
 */
const PIECES =
  /refused|connection lost|http re(?:sponse|quest) to|does not look like|wrong version|time[d-]? ?out|unreachable|no route|is down|not permitted|not allowed|reset|\beof\b|broken pipe|epipe|closed|hang up|x509|certificate|cert is|tls|ssl|no such host|not known|notfound|not found|nodename|unknownhost|nxdomain|resolve|misbehaving|eai_again|servfail|dns servers|in use|inuse|too many|toomany|emfile|no space|enospc|quota|exceeded|cancel|backstop|no (?:agent|backend)|get a backend|disconnected|goaway|stream error|rst_stream|limiter|preface|unauth|forbidden|denied|\b40[134]\b|\b429\b|\b50[0234]\b|bad gateway|unavailable|internal|decode|unmarshal|looking for|unexpected|unable|could ?n[o']t|cannot|transient|fail|error|invalid|malformed|mismatch|altnames|throttling|http2|stream|too (?:large|long|big)|er than |exceed|limit|closing|drain|impersonat|\boidc|claim|no (?:cert|answer|acceptable|grpc|such|buffer|user)|missing content|not (?:ready|yet|connected|signed|compact|synced)|stopp(?:ed|ing)|abort|below current|valid credentials|didn't|hijack|shut down|within|allotted|timeout|relies on|not match|key usage|extension|intermediates|authorized|panic|retry-after|rejected|Trace\[/i;

/** False for a message that tells of no failure. Cheap: most lines of a log are such. */
export const mayTellOfFailure = (message: string): boolean => PIECES.test(message);

/** The same for a scanner of many lines, without regard to case. */
export const FAILURE_PATTERN = `(?i)${PIECES.source}`;
