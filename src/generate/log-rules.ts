import type { Signature } from '../domain/signature.ts';
import { onCluster, runbookUrl } from './annotations.ts';
import type { Catalogue } from './catalogue.ts';
import { printDuration } from './duration.ts';
import type { GenerateOptions } from './options.ts';
import { type AlertingRule, type RecordingRule, record, type RuleBook } from './rule-book.ts';

const WINDOW = 300;
/** Groups that the Loki ruler evaluates side by side: one per speaker keeps them small. */
const INTERVAL = 60;

/**
 * The log signatures as LogQL, for those who ship logs to Loki and run no exporter, or who want the lines of the kube-apiserver
 * too. Both readers match with RE2, without regard to case, so a line counts here exactly when it counts in the exporter.
 */
export function logRules(catalogue: Catalogue, options: GenerateOptions): RuleBook {
  const speakers = [...new Set(catalogue.signatures.map((signature) => signature.speaker))].sort();
  return {
    groups: speakers.map((speaker) => ({
      name: `aggregated-api-logs-${speaker}`,
      interval: INTERVAL,
      rules: catalogue.signatures
        .filter((signature) => signature.speaker === speaker)
        .flatMap((signature) => [matches(signature, options), ...alert(signature, catalogue, options)]),
    })),
    notes: ['For the ruler of Loki: recording rules need a remote write target (ruler.remote_write).', `Logs are read from ${options.lokiSelector}: --loki-selector narrows it to the backends and the kube-apiserver.`],
  };
}

/** Labels that promtail, Alloy and the OpenTelemetry collector all put on the logs of pods. */
function logLevel(options: GenerateOptions): string {
  return [...options.clusterLabels, 'namespace', 'pod', 'container'].join(', ');
}

/** @returns the LogQL that counts the lines of a signature in the window. */
export function signatureQuery(signature: Pick<Signature, 'pattern'>, options: GenerateOptions): string {
  return `sum by (${logLevel(options)}) (count_over_time(${options.lokiSelector} |~ ${quoted(`(?i)${signature.pattern}`)} [${printDuration(WINDOW)}]))`;
}

/** Backquotes keep a pattern as it is; where it has one itself, Go's double quotes do. */
function quoted(pattern: string): string {
  return pattern.includes('`') ? JSON.stringify(pattern) : `\`${pattern}\``;
}

function matches(signature: Signature, options: GenerateOptions): RecordingRule {
  return record('container:aggregated_api_log_matches:count5m', signatureQuery(signature, options), {
    speaker: signature.speaker,
    signature: signature.id,
  });
}

/** Only signatures that point to a cause: a symptom's line alone says nothing that the alert of the symptom does not. */
function alert(signature: Signature, catalogue: Catalogue, options: GenerateOptions): AlertingRule[] {
  const cause = catalogue.causes.find(({ id }) => id === signature.pointsTo[0]);
  if (!cause) return [];
  return [
    {
      kind: 'alert',
      alert: 'AggregatedAPILogSignature',
      expr: `${signatureQuery(signature, options)} > 0`,
      for: 120,
      labels: { severity: 'info', cause: cause.id, category: cause.category, signature: signature.id, speaker: signature.speaker, ...options.labels },
      annotations: {
        summary: 'A log has lines that name the cause of a failing aggregated API.',
        description: `{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }}${onCluster(options)} has written {{ $value }} lines in ${printDuration(WINDOW)} that point to ${cause.id}. ${signature.says}`,
        runbook_url: runbookUrl(cause.id, options),
      },
    },
  ];
}
