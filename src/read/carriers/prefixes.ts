import { LOG_LINE, type PrefixCarrier } from './carrier.ts';

const DATE = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`;
const ZONE = String.raw`(?:Z|[+-]\d\d:?\d\d)`;
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const LABEL = '[a-z0-9][a-z0-9-]{0,62}';
const SUBDOMAIN = '[a-z0-9][a-z0-9.-]{0,252}';

/** What stands before the lines of other programs, by who prints it. The first that matches is taken off, and what it carried may be carried too. */
export const PREFIXES: readonly PrefixCarrier[] = [
  {
    name: 'CRI log file',
    source: 'kubelet 1.36 pkg/kubelet/kuberuntime/logs/logs.go parseCRILog, containerd 2.1 pkg/cri/io/logger.go',
    prefix: new RegExp(`^${DATE}(?:\\.\\d{1,9})?${ZONE} (?:stdout|stderr) [FP](?::[A-Z:]{1,20})?(?: |$)`),
    isPart: (prefix) => / P(?::[A-Z:]{1,20})? ?$/.test(prefix),
  },
  {
    name: 'kubectl logs --prefix',
    source: 'kubectl 1.36 pkg/cmd/logs/logs.go addPrefixIfNeeded',
    prefix: new RegExp(String.raw`^\[pod/${SUBDOMAIN}/${LABEL}\](?: |$)`),
  },
  {
    name: 'kail',
    source: 'boz/kail 0.17 writer.go',
    prefix: new RegExp(String.raw`^${LABEL}/${SUBDOMAIN}\[${LABEL}\]: `),
  },
  {
    name: 'journald, syslog',
    source: 'systemd 257 src/shared/logs-show.c output_short (short, short-iso, short-precise, short-full); RFC 3164',
    prefix: new RegExp(
      String.raw`^(?:(?:[A-Z][a-z]{2} )?${MONTH} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})?|${DATE}(?:[.,]\d{1,6})?[+-]\d\d:?\d\d|[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? [A-Z]{2,5}) [\w.-]{1,253} (?:[\w@./-]{1,100}\[\d{1,10}\]|kernel|systemd):(?: |$)`,
    ),
  },
  {
    name: 'syslog of RFC 5424',
    source: 'RFC 5424 section 6',
    prefix: new RegExp(String.raw`^<\d{1,3}>1 ${DATE}(?:\.\d{1,6})?${ZONE} \S{1,255} \S{1,48} \S{1,128} \S{1,32} (?:-|\[[^\]]{0,500}\]) `),
  },
  {
    name: 'kernel ring buffer',
    source: 'util-linux 2.41 dmesg (seconds since boot; -T, --time-format=iso), printk.time of Linux 6',
    prefix: new RegExp(
      String.raw`^(?:<\d{1,3}>)?(?:\[ {0,6}\d{1,9}\.\d{6}\]|\[[A-Z][a-z]{2} ${MONTH} [ \d]\d \d\d:\d\d:\d\d \d{4}\]|${DATE},\d{6}${ZONE}) `,
    ),
  },
  {
    name: 'CloudWatch of an EKS control plane, aws logs tail',
    source: 'aws-cli 2.30 awscli/customizations/logs/tail.py (format detailed and short); streams as EKS names them',
    prefix: new RegExp(
      String.raw`^${DATE}(?:\.\d{3,6})?${ZONE} (?:(?:kube-apiserver|kube-apiserver-audit|kube-controller-manager|kube-scheduler|authenticator|cloud-controller-manager)-\S{1,64} |\S{1,253}\.var\.log\.containers\.\S{1,400} |(?:[\w./-]{1,200} )?(?=${LOG_LINE}))`,
    ),
  },
  {
    name: 'logcli',
    source: 'Grafana Loki 3.5 pkg/logcli/output/default.go',
    prefix: new RegExp(String.raw`^${DATE}(?:\.\d{1,9})?${ZONE} \{(?:[a-zA-Z_]\w{0,60}="[^"]{0,300}",? ?){1,40}\} `),
  },
  {
    name: 'kubectl logs --timestamps, docker logs -t, crictl logs -t',
    source: 'kubelet 1.36 pkg/kubelet/kuberuntime/logs/logs.go logWriter.write, RFC 3339 with nanoseconds',
    prefix: new RegExp(String.raw`^${DATE}\.\d{7,9}${ZONE} `),
  },
  {
    name: 'kubetail, skaffold: [pod] or [container]',
    source:
      'kubetail 1.6, skaffold 2.16 pkg/skaffold/kubernetes/logger/formatter.go; nothing else tells their prefix from a word in brackets',
    prefix: new RegExp(String.raw`^\[${SUBDOMAIN}(?: ${LABEL})?\] (?=${LOG_LINE})`),
  },
  {
    name: 'stern',
    source: 'stern 1.33 cmd/cmd.go generateTemplate: [namespace] pod container message; here of a message that begins as log lines do',
    prefix: new RegExp(String.raw`^(?:${LABEL} )?${SUBDOMAIN} ${LABEL} (?=${LOG_LINE})`),
  },
  {
    name: 'docker compose',
    source: 'docker compose 2.39 cmd/formatter/logs.go',
    prefix: new RegExp(String.raw`^[a-zA-Z0-9][\w.-]{0,80} {1,40}\| (?=${LOG_LINE})`),
  },
  {
    name: 'grep -n, cat -n, less -N',
    source: 'GNU grep 3.12, coreutils 9.7 cat',
    prefix: new RegExp(String.raw`^(?:[\w./-]{1,250}(?:\.log|\.txt)(?::\d{1,7})?:| {0,6}\d{1,7}(?:\t|:| {2}))(?=${LOG_LINE})`),
  },
];

/** Every prefix begins so; of most lines nothing else is looked at. */
const MAY_CARRY = /^(?: {0,6}\d|[A-Z][a-z]{2} |[a-zA-Z0-9<[/.])/;
/** A program's own line: none of the prefixes begins so. */
const CARRIES_NOTHING = /^(?:[IWEF]\d{4} \d|time="|ts=|level=)/;

export interface Prefix {
  readonly length: number;
  /** The line goes on in the next one of its carrier. */
  readonly isPart: boolean;
}

/** What the outermost carrier put before a line; undefined where none did. */
export function prefixOf(line: string): Prefix | undefined {
  if (!MAY_CARRY.test(line) || CARRIES_NOTHING.test(line)) return undefined;
  for (const { prefix, isPart } of PREFIXES) {
    const [text] = prefix.exec(line) ?? [];
    if (text) return { length: text.length, isPart: isPart?.(text) ?? false };
  }
  return undefined;
}
