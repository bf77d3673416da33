import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { statusErrorOf } from '../../src/kube/errors.ts';
import { unheard } from '../../src/kube/fields.ts';
import { API_SERVICES } from '../../src/objects/api-services.ts';
import { readEvent } from '../../src/objects/events.ts';
import { PODS } from '../../src/objects/pods.ts';
import { LineBatch } from '../../src/observe/logs/line-batch.ts';
import { LogBook } from '../../src/observe/logs/log-book.ts';
import { LogReader } from '../../src/observe/logs/log-reader.ts';
import { backendSink } from '../../src/observe/logs/sinks.ts';
import { cleanDetail } from '../../src/probe/aggregator-texts.ts';
import { readText } from '../../src/read/text/read-text.ts';
import { withUserSignatures } from '../../src/signatures/classify.ts';
import { createLogScanner } from '../../src/signatures/log-scanner.ts';
import { bundled } from '../support/bundled.ts';

const SECRET = 'hunter2hunter2';
const PAIR = `password=${SECRET}`;
const KEY_LINE = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cK'.padEnd(64, 'j');
const BEGIN = ['-----BEGIN', 'PRIVATE KEY-----'].join(' ');
const METADATA = { name: 'tides', namespace: 'harbour', uid: 'u1', creationTimestamp: '2026-01-05T09:00:00Z' };

/** What is kept of a log, and what is kept of a container's last words. */
function keptOfLog(...lines: string[]): string {
  const { patterns, signatures } = withUserSignatures([]);
  const book = new LogBook();
  const reader = new LogReader({
    batch: new LineBatch(createLogScanner(patterns), signatures),
    sink: { ...backendSink(() => [book]), dropped: () => {} },
    budget: { take: () => true },
  });
  reader.begin({ keepWords: true });
  reader.push(Buffer.from(lines.map((line, index) => `2026-01-05T09:00:0${index}.000000000Z ${line}\n`).join('')));
  book.lastWords('tides', 'server', reader.end());
  return JSON.stringify(book.facts());
}

const said = { message: `tide lost: ${PAIR}` };

describe('a secret is not kept', () => {
  it.each<[string, () => unknown]>([
    [
      'of a line that a signature knows',
      () => keptOfLog(`E0105 09:00:13.100000       1 a.go:1] dial tcp 10.0.0.1:1: connect: connection refused ${PAIR}`),
    ],
    ['of a line that none knows', () => keptOfLog(`E0105 09:00:13.100000       1 a.go:1] tide lost ${PAIR}`)],
    ['of last words', () => keptOfLog('tide lost', PAIR)],
    ['of an event', () => readEvent({ metadata: METADATA, involvedObject: { kind: 'Pod', name: 'tides' }, ...said })],
    [
      'of a condition',
      () =>
        API_SERVICES.project(
          {
            metadata: { ...METADATA, name: 'v1.tides.example.com' },
            spec: { group: 'tides.example.com', version: 'v1', service: { namespace: 'harbour', name: 'tides' } },
            status: { conditions: [{ type: 'Available', status: 'False', reason: 'X', ...said }] },
          },
          unheard,
        ),
    ],
    [
      'of a pod, its containers and their arguments',
      () =>
        PODS.project(
          {
            metadata: METADATA,
            spec: { containers: [{ name: 'server', args: [`--token=${SECRET}`, '--password', SECRET] }] },
            status: {
              ...said,
              conditions: [{ type: 'PodScheduled', status: 'False', ...said }],
              containerStatuses: [
                {
                  name: 'server',
                  state: { waiting: { reason: 'X', ...said } },
                  lastState: { terminated: { reason: 'Error', exitCode: 1, ...said } },
                },
              ],
            },
          },
          unheard,
        ),
    ],
    ['of an answer to a probe', () => cleanDetail(`{"message":"tide lost: ${PAIR}"}`)],
    ['of an error of the kube-apiserver', () => statusErrorOf('/x', { status: 500, headers: {}, body: `tide lost: ${PAIR}` }, 0).message],
    [
      'of a pasted text',
      () =>
        readText(
          `E0105 09:00:13.100000       1 a.go:1] connection refused ${PAIR}\nWarning  Failed  2m  kubelet  Failed to pull image: ${PAIR}`,
        ),
    ],
  ])('%s', (_, kept) => {
    const text = JSON.stringify(kept());
    expect(text).not.toContain(SECRET);
    expect(text).toContain('‹redacted: password›');
  });

  it('of a key that goes over lines of last words', () => {
    const kept = keptOfLog('tide lost', BEGIN, KEY_LINE, KEY_LINE);
    expect(kept).not.toContain(KEY_LINE);
    expect(kept).toContain('tide lost');
  });

  it.each(['json', 'logfmt'])('in our own log, as %s', (format) => {
    const logger = bundled('src/commands/logger.ts').href;
    const script = `import { createLogger } from ${JSON.stringify(logger)}; createLogger({ level: 'info', format: '${format}' }).error({ error: 'tide lost: ${PAIR}', 'n': 1 }, 'a "tick" failed ${PAIR}');`;
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(stderr).toContain('‹redacted: password›');
    expect(stderr).not.toContain(SECRET);
    if (format === 'json') expect(JSON.parse(stderr)).toMatchObject({ n: 1 });
  });
});
