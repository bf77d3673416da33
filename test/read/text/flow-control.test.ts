import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../../src/diagnose/diagnostician.ts';
import { readText } from '../../../src/read/text/read-text.ts';

/** Laid out as kube-apiserver 1.36.3 prints it. */
const HEAD =
  'PriorityLevelName, ActiveQueues, IsIdle, IsQuiescing, WaitingRequests, ExecutingRequests, DispatchedRequests, RejectedRequests, TimedoutRequests, CancelledRequests';
const level = (name: string, counts: { waiting?: number; dispatched?: number; rejected?: number; late?: number }) => {
  const { waiting = 0, dispatched = 40, rejected = 0, late = 0 } = counts;
  return `${`${name},`.padEnd(19)}0,            true,   false,       ${waiting},               0,                 ${dispatched},                 ${rejected},                ${late},                0`;
};
const REFUSED =
  'Error from server (TooManyRequests): the server has received too many requests and has asked us to try again later (get /apis/tides.example.com/v1)';

function read(...lines: readonly string[]) {
  const { answers, diagnoses } = diagnoseSnapshots(readText(lines.join('\n')), catalogueOptions());
  return { answers: answers.map(({ answer }) => answer), cause: diagnoses[0]?.cause, shown: JSON.stringify(diagnoses) };
}

describe('a dump of priority levels', () => {
  it.each<[what: string, row: string, sentence: string]>([
    [
      'rejected some',
      level('workload-low', { rejected: 53, dispatched: 15 }),
      'priority level \\"workload-low\\" of the kube-apiserver rejected 53 of 68 requests since its start',
    ],
    [
      'let some wait too long',
      level('workload-low', { late: 2, waiting: 7 }),
      'priority level \\"workload-low\\" of the kube-apiserver rejected 2 of 42 requests since its start, and 7 wait in its queues',
    ],
  ])('names the level that %s, beside a client that got 429', (_, row, sentence) => {
    const { cause, shown } = read(REFUSED, HEAD, level('global-default', {}), row);
    expect(cause).toBe('rate-limited');
    expect(shown).toContain(sentence);
    expect(shown).not.toContain('global-default');
  });

  it.each<[what: string, lines: readonly string[]]>([
    ['alone, whatever was rejected since the start', [HEAD, level('workload-low', { rejected: 53 })]],
    ['of a level that rejected nothing', [HEAD, level('workload-low', {})]],
  ])('accuses nobody: %s', (_, lines) => {
    expect(read(...lines).answers).toEqual([]);
  });

  it('of a real kube-apiserver 1.36.3 names the one level without seats', () => {
    const saturated = readFileSync(new URL('flow-control-1.36/saturated.txt', import.meta.url), 'utf8');
    expect(read(REFUSED, saturated).shown).toContain(
      'priority level \\"e2e-no-seats\\" of the kube-apiserver rejected 11028 of 12612 requests',
    );
  });

  it('is no word on an API that got another error', () => {
    const refusedBy503 =
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get /apis/tides.example.com/v1)';
    expect(read(refusedBy503, HEAD, level('workload-low', { rejected: 53 })).shown).not.toContain('workload-low');
  });
});
