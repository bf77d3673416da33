import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../../src/diagnose/diagnostician.ts';
import { observed } from '../../../src/domain/observed.ts';
import { LineBatch } from '../../../src/observe/logs/line-batch.ts';
import { LogBook } from '../../../src/observe/logs/log-book.ts';
import { LogReader } from '../../../src/observe/logs/log-reader.ts';
import { apiserverSink, backendSink } from '../../../src/observe/logs/sinks.ts';
import { withUserSignatures } from '../../../src/signatures/classify.ts';
import { createLogScanner } from '../../../src/signatures/log-scanner.ts';
import { healthyApi, NOW } from '../../support/healthy.ts';
import { play } from '../../support/play.ts';

const { name: VICTIM, group, version, backend } = healthyApi();
const { patterns, signatures } = withUserSignatures([]);
const scanner = createLogScanner(patterns);

const klog = (file: string, text: string) => `I0105 09:00:13.100000       1 ${file}] ${text}`;

/** What the lines of one kube-apiserver, or of the victim's own backend, come to, a line every `everyMs`. */
function read(
  lines: readonly string[],
  { from = 'kube-apiserver', everyMs = 1000 }: { from?: 'kube-apiserver' | 'backend'; everyMs?: number } = {},
) {
  const own = new LogBook();
  const about = new LogBook();
  const sink =
    from === 'backend'
      ? backendSink(() => [about])
      : apiserverSink(
          own,
          () => [{ name: VICTIM, group, version, backend }],
          () => about,
        );
  const reader = new LogReader({
    batch: new LineBatch(scanner, signatures),
    sink: { ...sink, dropped: () => {} },
    budget: { take: () => true },
  });
  reader.begin();
  const stamp = (index: number) => new Date(NOW - (lines.length - 1 - index) * everyMs).toISOString();
  reader.push(
    Buffer.from(
      lines
        .map((line, index) =>
          line
            .split('\n')
            .map((part) => `${stamp(index)} ${part}\n`)
            .join(''),
        )
        .join(''),
    ),
  );
  return { about, own };
}

/** The victim answers 503 and nobody knows why; the lines stand in the logs. */
function verdictWith({ about, own }: { about: LogBook; own: LogBook }): unknown {
  const snapshots = play({
    probes: { aggregator: 'service_unavailable', list: 'service_unavailable' },
    facts: () => ({ api: { textMatches: about.matches() }, cluster: { apiserverLogs: observed(own.facts()) } }),
  });
  return diagnoseSnapshots(snapshots, catalogueOptions()).diagnoses;
}

const QUIET = verdictWith(read([]));
const EXPIRED = `${VICTIM} failed with: failing or missing response from https://10.96.7.7:443/apis/${group}/${version}: x509: certificate has expired or is not yet valid`;
const quoted = JSON.stringify(EXPIRED);

describe('a stranger’s text in the kube-apiserver’s log', () => {
  it('would be the verdict, if the kube-apiserver said it itself', () => {
    const said = verdictWith(
      read([`E0105 09:00:13.100000       1 remote_available_controller.go:471] "Unhandled Error" err=${quoted} logger="UnhandledError"`]),
    );
    expect(said).toMatchObject([{ cause: 'serving-certificate-expired' }]);
    expect(QUIET).not.toMatchObject([{ cause: 'serving-certificate-expired' }]);
  });

  it.each([
    ['userAgent of httplog.go', klog('httplog.go:134', `"HTTP" verb="GET" URI="/x" latency="4ms" userAgent=${quoted} resp=200`)],
    ['URI of httplog.go', klog('httplog.go:134', `"HTTP" verb="GET" URI=${quoted} latency="4ms" userAgent="curl" resp=200`)],
    ['URI of wrap.go', klog('wrap.go:53', `"Timeout or abort while handling" method="GET" URI=${quoted} auditID="0c"`)],
    ['path of timeout.go', klog('timeout.go:140', `"Post-timeout activity" timeElapsed="4ms" method="GET" path=${quoted} result=null`)],
    [
      'claims in authentication.go',
      klog('authentication.go:75', `"Unable to authenticate the request" err=${JSON.stringify(`[oidc: got ${quoted}]`)}`),
    ],
    [
      'user-agent of trace.go',
      klog('trace.go:236', `Trace[17]: "Get" user-agent:${EXPIRED},verb:GET (total time: 812ms):\nTrace[17]: [812ms] [812ms] END`),
    ],
    // A decoded path keeps its line breaks.
    [
      'url of trace.go, over lines',
      klog('trace.go:236', `Trace[17]: "Get" url:/x\nnext ${EXPIRED}\n,verb:GET (total time: 812ms):\nTrace[17]: [812ms] [812ms] END`),
    ],
    ['the answer of a webhook', klog('dispatcher.go:225', `rejected by webhook "a.example.com": &errors.StatusError{Message:${quoted}}`)],
    ['a value over lines', klog('status.go:71', `"not an metav1.Status" err=<\n\t${EXPIRED}\n >`)],
    [
      'an API that is named in passing',
      klog('tides.go:1', `a note on error trying to reach service: x509: certificate has expired or is not yet valid, see ${VICTIM}`),
    ],
    [
      'another API',
      klog(
        'remote_available_controller.go:471',
        `"Unhandled Error" err=${JSON.stringify(EXPIRED.replace(VICTIM, 'v1.other.example.com'))}`,
      ),
    ],
    ['another Service', klog('handler_proxy.go:144', 'error resolving elsewhere/webhook: no endpoints available for service "webhook"')],
    ['no API', klog('tides.go:1', 'error trying to reach service: dial tcp 10.1.0.9:443: connect: connection refused')],
    ['what only a kubelet means', klog('tides.go:1', 'Back-off restarting failed container')],
  ])('changes no digit of another API’s verdict: %s', (_, line) => {
    expect(verdictWith(read([line]))).toEqual(QUIET);
  });
});

describe('what the kube-apiserver itself says', () => {
  it.each([
    ['of the API by name', `"Unhandled Error" err=${quoted} logger="UnhandledError"`],
    ['of its path', `loading failed: bad status from https://10.96.7.7:443/apis/${group}/${version}: 403`],
    ['of its Service', `error resolving ${backend.namespace}/${backend.service}: no endpoints available for service "${backend.service}"`],
    ['of its documents', `"Unhandled Error" err="loading OpenAPI spec for \\"${VICTIM}\\" failed with: failed to retrieve openAPI spec"`],
    [
      'of its availability',
      `"changing APIService availability" name="${VICTIM}" oldStatus="True" newStatus="False" message="lost" reason="Gone"`,
    ],
  ])('is heard: %s', (_, text) => {
    expect(read([klog('x.go:1', text)]).about.matches()).toHaveLength(1);
  });

  it('is heard as JSON', () => {
    const line = `{"ts":1767603672123.4,"caller":"remote/remote_available_controller.go:417","msg":"changing APIService availability","v":2,"name":"${VICTIM}","oldStatus":"True","newStatus":"False"}`;
    expect(read([line]).about.matches()).toMatchObject([{ signature: 'availability-changed' }]);
  });

  it('is heard again behind a record of a request, and when the end of that record was lost', () => {
    const own = klog('remote_available_controller.go:471', `"Unhandled Error" err=${quoted}`);
    const record = klog('trace.go:236', `Trace[17]: "Get" url:/x\n${own}\n,verb:GET (total time: 812ms):\nTrace[17]: [812ms] [812ms] END`);
    expect(read([record]).about.matches()).toEqual([]);
    expect(read([record, own]).about.matches()).toMatchObject([{ count: 1 }]);
    expect(read([klog('trace.go:236', 'Trace[17]: "Get" url:/x'), own], { everyMs: 9_000 }).about.matches()).toEqual([]);
    expect(read([klog('trace.go:236', 'Trace[17]: "Get" url:/x'), own], { everyMs: 11_000 }).about.matches()).toMatchObject([{ count: 1 }]);
  });
});

describe('minutes with two lines or more', () => {
  const REJECTED =
    'E0105 09:00:13.100000       1 authentication.go:75] "Unable to authenticate the request" err="x509: certificate signed by unknown authority"';
  it.each([
    ['one line', 1, 1000, 0],
    ['one a minute', 10, 60_000, 0],
    ['two a minute', 20, 30_000, 4],
    ['four in half a minute', 4, 7000, 1],
  ])('are counted over five minutes: %s', (_, lines, everyMs, busyMinutes) => {
    const { about } = read(
      Array.from({ length: lines }, () => REJECTED),
      { from: 'backend', everyMs },
    );
    expect(about.matches()).toMatchObject([{ count: lines, busyMinutes }]);
  });
});
