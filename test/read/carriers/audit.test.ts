import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../../src/diagnose/diagnostician.ts';
import { auditEvents } from '../../../src/read/carriers/audit.ts';
import { readText } from '../../../src/read/text/read-text.ts';

/** An event as kube-apiserver 1.36.3 writes it at the level Metadata: a list that was answered. */
const ANSWERED = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID: '74c8415a-41d5-42c3-919a-a235909db000',
  stage: 'ResponseComplete',
  requestURI: '/apis/tides.example.com/v1/gauges',
  verb: 'list',
  user: { username: 'fisher', groups: ['harbour', 'system:authenticated'] },
  sourceIPs: ['192.0.2.2'],
  userAgent: 'quay/v1 connection refused',
  objectRef: { resource: 'gauges', apiGroup: 'tides.example.com', apiVersion: 'v1' },
  responseStatus: { metadata: {}, code: 200 },
  requestReceivedTimestamp: '2026-01-05T09:00:00.529645Z',
  stageTimestamp: '2026-01-05T09:00:00.551394Z',
  annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
};
const failed = (code: number, message?: string) => ({
  responseStatus: { metadata: {}, status: 'Failure', code, ...(message === undefined ? {} : { message }) },
});
/** A kubelet that is late with a log: the code, and the words, of real events. */
const LATE_KUBELET = {
  requestURI: '/api/v1/namespaces/harbour/pods/ferry-0/log?container=deck',
  ...failed(500, 'Get "https://192.0.2.12:10250/containerLogs/harbour/ferry-0/deck": dial tcp 192.0.2.12:10250: i/o timeout'),
};

describe('an audit log', () => {
  it.each<[what: string, events: readonly object[], said: Readonly<Record<string, string>>]>([
    ['of what is answered', [{}], { 'v1.tides.example.com': 'healthy' }],
    ['of an API that is answered with 503', [failed(503)], { 'v1.tides.example.com': 'errs-cause-unknown' }],
    ['of an API that is answered with 429', [failed(429)], { 'v1.tides.example.com': 'rate-limited' }],
    ['of a kubelet that is late with a log, beside an API that answers', [{}, LATE_KUBELET], { 'v1.tides.example.com': 'healthy' }],
    [
      'of a user whom RBAC refuses',
      [
        {
          ...failed(
            403,
            'gauges.tides.example.com is forbidden: User "fisher" cannot list resource "gauges" in API group "tides.example.com"',
          ),
          annotations: { 'authorization.k8s.io/decision': 'forbid' },
        },
      ],
      { 'v1.tides.example.com': 'nothing-to-judge' },
    ],
    [
      'of what somebody sent, beside an API that answers',
      [{ level: 'Request', requestObject: { data: 'x509: certificate has expired or is not yet valid' } }],
      { 'v1.tides.example.com': 'healthy' },
    ],
    ['of other things alone', [{ requestURI: '/api/v1/pods' }, { requestURI: '/readyz' }], {}],
  ])('%s', (_, events, said) => {
    const text = events.map((event) => JSON.stringify({ ...ANSWERED, ...event })).join('\n');
    const { answers, diagnoses } = diagnoseSnapshots(readText(text), catalogueOptions());
    const of = answers.map(({ apiservice, answer }) => {
      const cause = diagnoses.find((one) => one.apiservice === apiservice)?.cause;
      return [apiservice, cause === undefined || cause === 'unknown' ? answer : cause];
    });
    expect(Object.fromEntries(of)).toEqual(said);
  });

  it('says of an event when it was, the path, the code and why it failed', () => {
    expect(auditEvents({ ...ANSWERED, ...failed(503, 'no backend') })).toEqual([
      {
        head: '2026-01-05T09:00:00.551394Z',
        body: '{"requestURI":"/apis/tides.example.com/v1/gauges","verb":"list","code":503,"message":"no backend"}',
      },
    ]);
  });

  it('is read out of the list that a webhook gets, too', () => {
    expect(
      auditEvents({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [ANSWERED, { ...ANSWERED, ...failed(503) }] }),
    ).toHaveLength(2);
  });

  it('is nothing else', () => {
    expect(auditEvents({ kind: 'Event', apiVersion: 'v1', reason: 'Unhealthy' })).toBeUndefined();
  });
});
