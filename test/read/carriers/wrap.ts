/** What each carrier makes of a text, as its program prints it. Names that it adds are nobody's known server. */
export interface Wrap {
  readonly name: string;
  readonly wrap: (text: string) => string;
}

const POD = 'quay-6d94bc8694-zk4lw';
const each =
  (carry: (line: string, index: number) => string) =>
  (text: string): string =>
    text.split('\n').map(carry).join('\n');
const stamp = (index: number, digits = 9) => `2026-01-05T09:00:${String(index % 60).padStart(2, '0')}.${'1'.repeat(digits)}`;
const entries = (text: string) =>
  text.split('\n').map((line, index) => ({
    insertId: `a${index}`,
    logName: 'projects/quay/logs/stderr',
    resource: { type: 'k8s_container', labels: { pod_name: POD, container_name: 'quay' } },
    textPayload: `${line}\n`,
    timestamp: `${stamp(index)}Z`,
  }));

/** Those that know no other text than any. */
export const WRAPS: readonly Wrap[] = [
  { name: 'CRI log file', wrap: each((line, index) => `${stamp(index)}Z stderr F ${line}`) },
  {
    name: 'CRI log file, in parts',
    wrap: each((line, index) => {
      const half = line.length >> 1;
      return `${stamp(index)}Z stdout P ${line.slice(0, half)}\n${stamp(index)}Z stdout F ${line.slice(half)}`;
    }),
  },
  { name: 'docker json-file', wrap: each((log, index) => JSON.stringify({ log: `${log}\n`, stream: 'stdout', time: `${stamp(index)}Z` })) },
  { name: 'kubectl logs --prefix', wrap: each((line) => `[pod/${POD}/quay] ${line}`) },
  { name: 'kubectl logs --timestamps', wrap: each((line, index) => `${stamp(index)}Z ${line}`) },
  { name: 'stern', wrap: (text) => `+ ${POD} › quay\n${each((line) => `${POD} quay ${line}`)(text)}` },
  { name: 'stern, several namespaces', wrap: (text) => `+ dock ${POD} › quay\n${each((line) => `dock ${POD} quay ${line}`)(text)}` },
  {
    name: 'stern -o json',
    wrap: each((message) => JSON.stringify({ message, nodeName: 'node-a', namespace: 'dock', podName: POD, containerName: 'quay' })),
  },
  { name: 'kail', wrap: each((line) => `dock/${POD}[quay]: ${line}`) },
  { name: 'journald', wrap: each((line) => `Jan 05 09:00:01 node-a quay[1234]: ${line}`) },
  { name: 'journald, ISO', wrap: each((line) => `2026-01-05T09:00:01+0100 node-a quay[1234]: ${line}`) },
  {
    name: 'journalctl -o json',
    wrap: each((MESSAGE) => JSON.stringify({ __REALTIME_TIMESTAMP: '1767603601113702', MESSAGE, _SYSTEMD_UNIT: 'quay.service' })),
  },
  { name: 'syslog of RFC 5424', wrap: each((line, index) => `<13>1 ${stamp(index, 6)}Z node-a quay 1234 - - ${line}`) },
  {
    name: 'Stackdriver, a line each',
    wrap: (text) =>
      entries(text)
        .map((entry) => JSON.stringify(entry))
        .join('\n'),
  },
  { name: 'Stackdriver, as gcloud prints it', wrap: (text) => JSON.stringify(entries(text), null, 2) },
  {
    name: 'CloudWatch, aws logs tail',
    wrap: each((line, index) => `${stamp(index, 6)}+00:00 node-a-application.var.log.containers.${POD}_dock_quay-01.log ${line}`),
  },
  {
    name: 'CloudWatch, get-log-events',
    wrap: (text) =>
      JSON.stringify(
        { events: text.split('\n').map((message) => ({ timestamp: 1767603601113, message, ingestionTime: 1767603602000 })) },
        null,
        4,
      ),
  },
  { name: 'Fluent Bit', wrap: each((log) => JSON.stringify({ log, kubernetes: { pod_name: POD, container_name: 'quay' } })) },
  {
    name: 'Beats',
    wrap: each((message, index) => JSON.stringify({ '@timestamp': `${stamp(index, 3)}Z`, message, agent: { type: 'filebeat' } })),
  },
  { name: 'logcli', wrap: each((line, index) => `${stamp(index, 3)}Z {container="quay", pod="${POD}"} ${line}`) },
  { name: 'a quotation', wrap: each((line) => (line === '' ? '>' : `> ${line}`)) },
  {
    name: 'the box of a screen',
    wrap: (text) =>
      ['┌──── Logs(dock/quay)[tail] ────┐', ...text.split('\n').map((line) => `│ ${line} │`), '└───────────────────────┘'].join('\n'),
  },
  {
    name: 'a block scalar of YAML',
    wrap: (text) => `data:\n  found.txt: |\n${each((line) => (line === '' ? '' : `    ${line}`))(text)}`,
  },
];

/** Those that are told from words of people only by the log line that they carry. */
export const WRAPS_OF_LOGS: readonly Wrap[] = [
  { name: 'stern, without its marks', wrap: each((line) => `${POD} quay ${line}`) },
  { name: 'kubetail', wrap: each((line) => `[${POD} quay] ${line}`) },
  { name: 'docker compose', wrap: each((line) => `quay-1  | ${line}`) },
  { name: 'grep -n', wrap: each((line, index) => `quay.log:${index + 1}:${line}`) },
  { name: 'cat -n', wrap: each((line, index) => `${String(index + 1).padStart(6)}\t${line}`) },
  { name: 'aws logs tail --format short', wrap: each((line, index) => `${stamp(index, 6).slice(0, 19)} ${line}`.replace(' ', 'Z ')) },
  { name: 'an indented block', wrap: each((line) => `    ${line}`) },
  { name: 'a terminal of 80 columns', wrap: each((line) => (line.match(/.{1,80}/g) ?? ['']).join('\n')) },
  {
    name: 'a mail, broken between words',
    wrap: each((line) =>
      line
        .split(' ')
        .reduce((text, word) => (text.length - text.lastIndexOf('\n') + word.length > 76 ? `${text}\n${word}` : `${text} ${word}`)),
    ),
  },
];
