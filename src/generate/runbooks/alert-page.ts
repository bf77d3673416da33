import { CATEGORIES } from '../../domain/category.ts';
import { ESSENTIAL_SOURCES } from '../../domain/sources.ts';
import { printDuration } from '../duration.ts';
import { alertPage, EXPORTER_ALERTS, SYMPTOM_ALERTS } from '../names.ts';
import type { AlertingRule } from '../rule-book.ts';
import { SERIES } from '../series.ts';
import { type Block, heading, type Page, paragraph, promql, shell, steps, table } from './page.ts';
import { setVariables } from './words.ts';

type AlertName = (typeof SYMPTOM_ALERTS)[number] | (typeof EXPORTER_ALERTS)[number];

interface Words {
  readonly title: string;
  readonly means: string;
  readonly know: string;
  readonly confirm: string;
  readonly remedy: readonly string[];
  readonly verify: { readonly command: string; readonly expect: string };
  readonly confused: readonly (readonly [what: string, tell: string])[];
}

const ASK = 'kubectl get --raw "/apis/$GROUP/$VERSION"';
const READ_CAUSE = 'Read the label `cause` of the alert and go to the runbook of that cause: `runbook_url` links to it.';
const METRICS = 'kubectl get --raw "/api/v1/namespaces/monitoring/services/aggregated-api-exporter:9944/proxy/metrics"';

const WORDS: Readonly<Record<AlertName, Words>> = {
  AggregatedAPIDown: {
    title: 'An aggregated API is down',
    means:
      'No request for the resources of this API gets through the kube-apiserver. `kubectl get` of them fails; so do the controllers that read them, the deletion of namespaces, garbage collection, quota, and Helm, which all ask every API.',
    know: 'Every probe through the kube-apiserver fails, or the condition Available is False (then the kube-apiserver refuses requests itself), at each evaluation of one minute. It resolves after five minutes without an outage.',
    confirm: `kubectl get apiservice "$APISERVICE"\n${ASK}`,
    remedy: [
      READ_CAUSE,
      'While the cause is `unknown`, follow [its steps](unknown).',
      'When several APIs are down at once, look for what they share (one node, one kube-apiserver, one network policy): the status page groups them.',
    ],
    verify: { command: ASK, expect: 'it answers with an APIResourceList, and `kubectl get apiservice` says AVAILABLE True' },
    confused: [
      ['[AggregatedAPIErrors](aggregatedapierrors)', 'some requests pass'],
      ['An API that was deleted on purpose', '`kubectl get apiservice` does not list it'],
    ],
  },
  AggregatedAPIErrors: {
    title: 'An aggregated API answers with errors',
    means:
      'Some of the requests through the kube-apiserver fail. The condition Available is often True meanwhile: the kube-apiserver holds an API available when one of five of its own probes passes.',
    know: 'More than a twentieth of our probes through the kube-apiserver failed, over 15 minutes and also within the last ones, so that neither a single hiccup nor an old one fires.',
    confirm: `for i in $(seq 20); do ${ASK} >/dev/null && echo ok; sleep 1; done`,
    remedy: [
      READ_CAUSE,
      'Look at which vantages fail: one backend address of several, one kube-apiserver of several, or only the way through the kube-apiserver.',
    ],
    verify: { command: `for i in $(seq 20); do ${ASK} >/dev/null && echo ok; sleep 1; done`, expect: '20 times ok' },
    confused: [
      ['[AggregatedAPIDown](aggregatedapidown)', 'no request passes'],
      ['[AggregatedAPIFlapping](aggregatedapiflapping)', 'whole minutes fail and whole minutes pass'],
    ],
  },
  AggregatedAPIFlapping: {
    title: 'An aggregated API comes and goes',
    means:
      'The API has failed and recovered at least three times in half an hour. Controllers lose their watches each time, and clients cache the wrong discovery.',
    know: 'The newest observation changed between failing and well at least six times in 30 minutes.',
    confirm: 'kubectl get apiservice "$APISERVICE" -w',
    remedy: [
      READ_CAUSE,
      'Compare the times of the failures with restarts, probes and schedules: `aggregated_api_failure_pattern` tells whether they are even, and `aggregated_api_failure_period_seconds` how far apart.',
    ],
    verify: { command: 'kubectl get apiservice "$APISERVICE" -w', expect: 'no line is printed for half an hour' },
    confused: [['[AggregatedAPIErrors](aggregatedapierrors)', 'single requests fail, at any time']],
  },
  AggregatedAPISlow: {
    title: 'An aggregated API answers slowly',
    means:
      'One in ten answers takes more than a second. The kube-apiserver gives up after five seconds when it checks the API itself, and marks it unavailable.',
    know: 'The 90th percentile of the durations of our successful probes through the kube-apiserver, over ten minutes.',
    confirm: `time ${ASK}`,
    remedy: [
      READ_CAUSE,
      'Look at the phases (resolve, connect, tls, response, transfer) on the dashboard: they tell the network from the backend.',
    ],
    verify: { command: `time ${ASK}`, expect: 'well under a second, several times in a row' },
    confused: [['A slow kube-apiserver', '`kubectl get --raw /readyz` is slow as well']],
  },
  AggregatedAPICertificateExpiring: {
    title: 'A certificate of an aggregated API is about to expire',
    means:
      'The serving certificate of the backend, or a certificate of the caBundle that the kube-apiserver checks it with, ends within seven days (warning) or one day (critical). From then on the kube-apiserver refuses the backend.',
    know: 'The certificate as our direct probes saw it, and the caBundle as it is in the APIService.',
    confirm: `kubectl get apiservice "$APISERVICE" -o jsonpath='{.spec.caBundle}' | base64 -d | openssl x509 -noout -enddate
kubectl get secrets -n "$NAMESPACE" --field-selector type=kubernetes.io/tls`,
    remedy: [
      'Find out who renews it: cert-manager (`kubectl get certificates -A`), the operator of the API, or the server itself at its start.',
      'Renew the certificate. When the CA changes as well, set the new caBundle in the APIService before the server serves the new certificate.',
      'Restart the backend when it reads its certificate only at its start.',
    ],
    verify: {
      command: `kubectl get apiservice "$APISERVICE" -o jsonpath='{.spec.caBundle}' | base64 -d | openssl x509 -noout -enddate`,
      expect: 'notAfter is months ahead, and the alert resolves within ten minutes',
    },
    confused: [['A certificate that has expired already', 'the API fails: the cause is serving-certificate-expired']],
  },
  AggregatedAPIExporterDown: {
    title: 'The exporter is not scraped',
    means: 'Nobody watches the aggregated APIs of this cluster: silence of the other alerts means nothing now.',
    know: '`aggregated_api_exporter_build_info` was there within the last six hours and is gone, or was never there.',
    confirm:
      'kubectl get pods -A -l app.kubernetes.io/name=aggregated-api-exporter\nkubectl get servicemonitors -A -l app.kubernetes.io/name=aggregated-api-exporter',
    remedy: [
      'When the pod is not running, read its last words: `kubectl logs -p`.',
      'When it is running, look at the target in Prometheus (`/targets`): the error tells network policy from TLS from the wrong port.',
      'When Prometheus has no such target, compare the labels of the ServiceMonitor with what Prometheus selects.',
    ],
    verify: { command: METRICS, expect: 'it prints aggregated_api_exporter_build_info, and the target is UP in Prometheus' },
    confused: [['A cluster that was taken down', 'the alert resolves six hours later by itself']],
  },
  AggregatedAPIExporterBlind: {
    title: 'The exporter lacks a source of observations',
    means: `Diagnoses are less sure, or, without ${ESSENTIAL_SOURCES.join(' or ')}, impossible. The label \`source\` names what is missing.`,
    know: '`aggregated_api_exporter_source_up` is 0: the source is pending, forbidden, stale or failing. A source that is switched off has no series.',
    confirm: `${METRICS} | grep exporter_source\nkubectl auth can-i --list --as=system:serviceaccount:monitoring:aggregated-api-exporter`,
    remedy: [
      'Read on the status page which rule is missing, and add it to the ClusterRole: docs/rbac.md says what each one buys.',
      'When you do not want to grant it, disable the source: `diagnosis.disabled_sources` in the configuration.',
    ],
    verify: { command: `${METRICS} | grep 'source_up'`, expect: 'every line ends in 1' },
    confused: [['[AggregatedAPIExporterStale](aggregatedapiexporterstale)', 'the source answers, and probes have stopped']],
  },
  AggregatedAPIExporterStale: {
    title: 'The exporter no longer probes an API',
    means: 'The series of this API are older than they look: the last probe began more than five minutes ago.',
    know: '`aggregated_api_last_probe_timestamp_seconds` of the vantage `aggregator`.',
    confirm: 'kubectl logs -A -l app.kubernetes.io/name=aggregated-api-exporter --tail=50',
    remedy: [
      'Look at the log and at `aggregated_api_exporter_tick_duration_seconds`: an exporter without CPU falls behind.',
      'Raise its CPU limit, or exclude APIs that you do not need (`apis.exclude`).',
      'Restart it: `kubectl rollout restart`.',
    ],
    verify: { command: METRICS, expect: 'aggregated_api_last_probe_timestamp_seconds is the present' },
    confused: [['[AggregatedAPIExporterDown](aggregatedapiexporterdown)', 'there are no series at all']],
  },
  AggregatedAPIExporterShardMissing: {
    title: 'A shard of the exporter is missing',
    means:
      'The APIs of this cluster are shared out among several exporters (`--shard i/n`), and one of them does not watch those that fall to it. Silence about these means nothing now; the other shards go on.',
    know: 'Each shard that sees its APIs has a series `aggregated_api_exporter_shards`, whose value is the number of shards. There are fewer of them than the greatest value, or two values differ.',
    confirm:
      'kubectl get pods -A -l app.kubernetes.io/name=aggregated-api-exporter -o custom-columns=NAME:.metadata.name,READY:.status.containerStatuses[*].ready,ARGS:.spec.containers[*].args',
    remedy: [
      'Ask which one it is: `aggregated-api-exporter verify --prometheus.url …` names its number.',
      'When the pod of a shard is not running, read its last words: `kubectl logs -p`. When nobody makes one, the number of shards and the number of their Deployments differ.',
      'When its pod runs, open its page: it names the source that does not answer, and the rule that is missing.',
      'When two pods name another number of shards, a change of it is not over: `kubectl rollout status`. Give all of them the same.',
    ],
    verify: {
      command: 'kubectl get pods -A -l app.kubernetes.io/name=aggregated-api-exporter',
      expect: 'a pod of each shard is ready, `aggregated-api-exporter verify` warns of no shard, and the alert resolves within two minutes',
    },
    confused: [
      ['[AggregatedAPIExporterDown](aggregatedapiexporterdown)', 'no shard of the cluster is scraped'],
      ['A change of the number of shards', 'it lasts for as long as the pods take to be replaced'],
    ],
  },
};

/** Pages of the alerts that are not of a single cause. @param alerts all alerts of the book; several may have one name. */
export function alertPages(alerts: readonly AlertingRule[]): Page[] {
  return [...SYMPTOM_ALERTS, ...EXPORTER_ALERTS].map((name) => {
    const rules = alerts.filter((alert) => alert.alert === name);
    const words = WORDS[name];
    return {
      id: alertPage(name),
      title: words.title,
      blocks: [
        paragraph(`Alert \`${name}\`, severity ${[...new Set(rules.map((rule) => rule.labels.severity))].join(' or ')}.`),
        heading('What it means'),
        paragraph(words.means),
        heading('How we know'),
        paragraph(words.know),
        ...rules.flatMap(expression),
        ...carriesCause(name),
        heading('Confirm by hand'),
        shell(`${setVariables(['{group} {version} {namespace} {service}'])}\n\n${words.confirm}`),
        heading('Remedy'),
        steps(words.remedy),
        heading('Verify'),
        shell(words.verify.command),
        paragraph(`It worked when: ${words.verify.expect}.`),
        heading('Confused with'),
        table(['what', 'how to tell'], words.confused),
      ],
    };
  });
}

function expression(rule: AlertingRule): Block[] {
  const held = [
    rule.for ? `for ${printDuration(rule.for)}` : '',
    rule.keepFiringFor ? `kept firing for ${printDuration(rule.keepFiringFor)}` : '',
  ].filter(Boolean);
  return [...(held.length > 0 ? [paragraph(`Severity ${rule.labels.severity}, ${held.join(', ')}:`)] : []), promql(rule.expr)];
}

function carriesCause(name: AlertName): Block[] {
  const carrying: readonly string[] = SYMPTOM_ALERTS.filter((alert) => alert !== 'AggregatedAPICertificateExpiring');
  if (!carrying.includes(name)) return [];
  return [
    paragraph(
      `Its labels \`cause\` and \`category\` (${CATEGORIES.map((category) => `\`${category}\``).join(', ')}) and its annotation \`confidence\` come from \`${SERIES.verdict}\`. That is the verdict of the exporter: \`unknown\` until a cause is at least as likely as all others together, then that cause; while nothing errs, between failures that come and go, the cause of the failure that ended, for a quarter of an hour. A new failure takes nothing over from an earlier one. A cause stays for two evaluations after it was the verdict, because each change of a label is a new alert. The alert has no \`for\`: how long the symptom must last is part of its series, so a cause that changes neither delays nor repeats it.`,
    ),
  ];
}
