import type { Signature } from '../domain/signature.ts';
import { createMatcher } from '../scan/matcher.ts';
import { onCluster, runbookUrl } from './annotations.ts';
import type { Catalogue } from './catalogue.ts';
import { printDuration } from './duration.ts';
import type { GenerateOptions } from './options.ts';
import { type AlertingRule, type RecordingRule, type RuleBook, record } from './rule-book.ts';

const WINDOW = 300;
/** Groups that the Loki ruler evaluates side by side: one per speaker keeps them small. */
const INTERVAL = 60;

/**
 * The log signatures as LogQL, for those who ship logs to Loki and run no exporter, or who want the lines of the kube-apiserver
 * too. Both readers match with RE2, without regard to case, so a line counts here exactly when it counts in the exporter.
 */
export function logRules(catalogue: Catalogue, options: GenerateOptions): RuleBook {
  const earlier = earlierOwners(catalogue.signatures);
  const speakers = [...new Set(catalogue.signatures.map((signature) => signature.speaker))].sort();
  return {
    groups: speakers.map((speaker) => ({
      name: `aggregated-api-logs-${speaker}`,
      says: `Lines of ${speaker}.`,
      interval: INTERVAL,
      rules: catalogue.signatures
        .filter((signature) => signature.speaker === speaker)
        .flatMap((signature) => {
          const query = signatureQuery(signature, earlier.get(signature.id) ?? [], options);
          return [matches(signature, query), ...alert(signature, query, catalogue, options)];
        }),
    })),
    notes: [
      'For the ruler of Loki: recording rules need a remote write target (ruler.remote_write).',
      `Logs are read from ${options.lokiSelector}: --loki-selector narrows it to the backends and the kube-apiserver.`,
    ],
  };
}

/** Labels that promtail, Alloy and the OpenTelemetry collector all put on the logs of pods. */
function logLevel(options: GenerateOptions): string {
  return [...options.clusterLabels, 'namespace', 'pod', 'container'].join(', ');
}

/**
 * A line has one signature, the first that matches. LogQL has no first: so a signature leaves out what an earlier one takes from
 * it, as far as the sample lines of the catalogue show that it does.
 */
export function earlierOwners(signatures: readonly Signature[]): ReadonlyMap<string, readonly Signature[]> {
  const owners = OWNERS.get(signatures) ?? findOwners(signatures);
  OWNERS.set(signatures, owners);
  return owners;
}

/** All patterns on all sample lines take a second: once for a process is enough. */
const OWNERS = new WeakMap<readonly Signature[], ReadonlyMap<string, readonly Signature[]>>();

function findOwners(signatures: readonly Signature[]): ReadonlyMap<string, readonly Signature[]> {
  const matchers = signatures.map((signature) => {
    const { id, pattern, literals } = signature;
    return { signature, matcher: createMatcher({ id, pattern: `(?i)${pattern}`, literals }) };
  });
  const owners = new Map<string, Set<Signature>>();
  for (const line of new Set(signatures.flatMap(({ matches, nearMisses }) => [...matches, ...nearMisses]))) {
    const bytes = Buffer.from(line);
    const [owner, ...others] = matchers.filter(({ matcher }) => matcher.test(bytes, 0, bytes.length)).map(({ signature }) => signature);
    if (!owner) continue;
    for (const other of others) owners.set(other.id, (owners.get(other.id) ?? new Set()).add(owner));
  }
  return new Map([...owners].map(([id, set]) => [id, signatures.filter((signature) => set.has(signature))]));
}

/** The LogQL that counts the lines of a signature in the window, without those that belong to `earlier` ones. */
export function signatureQuery(
  signature: Pick<Signature, 'pattern'>,
  earlier: readonly Pick<Signature, 'pattern'>[],
  options: GenerateOptions,
): string {
  const filters = [`|~ ${quoted(`(?i)${signature.pattern}`)}`, ...earlier.map(({ pattern }) => `!~ ${quoted(`(?i)${pattern}`)}`)];
  return `sum by (${logLevel(options)}) (count_over_time(${options.lokiSelector} ${filters.join(' ')} [${printDuration(WINDOW)}]))`;
}

/** Backquotes keep a pattern as it is; where it has one itself, Go's double quotes do. */
function quoted(pattern: string): string {
  return pattern.includes('`') ? JSON.stringify(pattern) : `\`${pattern}\``;
}

function matches(signature: Signature, query: string): RecordingRule {
  return record('container:aggregated_api_log_matches:count5m', signature.says, query, {
    speaker: signature.speaker,
    signature: signature.id,
  });
}

/** Only signatures that point to a cause: a symptom's line alone says nothing that the alert of the symptom does not. */
function alert(signature: Signature, query: string, catalogue: Catalogue, options: GenerateOptions): AlertingRule[] {
  const cause = catalogue.causes.find(({ id }) => id === signature.pointsTo[0]);
  if (!cause) return [];
  return [
    {
      kind: 'alert',
      alert: 'AggregatedAPILogSignature',
      says: `Such lines for two minutes; they point to ${cause.id}.`,
      expr: `${query} > 0`,
      for: 120,
      labels: {
        severity: 'info',
        cause: cause.id,
        category: cause.category,
        signature: signature.id,
        speaker: signature.speaker,
        ...options.labels,
      },
      annotations: {
        summary: 'A log has lines that name the cause of a failing aggregated API.',
        description: `{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }}${onCluster(options)} has written {{ $value }} lines in ${printDuration(WINDOW)} that point to ${cause.id}. ${signature.says}`,
        runbook_url: runbookUrl(cause.id, options),
      },
    },
  ];
}
