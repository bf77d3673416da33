import { describe, expect, it } from 'vitest';
import { FAILURE_REASONS, type UnbelievedTarget } from '../../src/domain/probe.ts';
import type { ApiFacts, Snapshot } from '../../src/domain/snapshot.ts';
import { ErrorRatios } from '../../src/expose/error-ratios.ts';
import { renderExposition } from '../../src/expose/exposition.ts';
import { renderVantages } from '../../src/expose/page/vantages.ts';
import { readSignals } from '../../src/signals/read.ts';
import { healthyApi, healthySnapshot, healthyTally, NOW, probeResult } from '../support/healthy.ts';
import { viewOf } from './view.ts';

/** Somebody at the address of a pod: with every reason to fail, and a certificate that is for other sites and has expired. */
const stranger = (reason: (typeof FAILURE_REASONS)[number]): UnbelievedTarget => ({
  vantage: 'endpoint',
  target: '10.1.0.5:10250',
  answersAs: '*.example.net',
  last: probeResult({
    vantage: 'endpoint',
    target: '10.1.0.5:10250',
    ok: false,
    reason,
    hop: 'backend',
    detail: 'certificate is valid for *.example.net, not tide-gauge.harbour.svc',
    certificate: {
      notBefore: 0,
      notAfter: 1,
      subject: 'CN=*.example.net',
      issuer: 'CN=office-proxy',
      dnsNames: ['*.example.net'],
      serverName: 'tide-gauge.harbour.svc',
      nameMatches: false,
      verifiedByCaBundle: false,
      verifiedBySystem: false,
      fingerprint256: 'AA:BB',
    },
  }),
});

const outside: Partial<ApiFacts> = { probes: [healthyTally('aggregator')] };
const withStrangers: Partial<ApiFacts> = { ...outside, unbelieved: FAILURE_REASONS.map(stranger) };
const snapshotOf = (api: Partial<ApiFacts>): Snapshot => healthySnapshot({ apis: [healthyApi(api)] });

describe('what a target that is not believed answers', () => {
  it('is in no signal, so in no criterion and no verdict', () => {
    const [before, after] = [outside, withStrangers].map((api) => readSignals(snapshotOf(api)));
    expect(after).toEqual(before);
    const names = [...(after?.get('v1.tides.example.com') ?? [])].map(([name]) => name);
    expect(names.filter((name) => name.startsWith('direct-'))).toEqual([]);
  });

  it('is in no series but the number of such targets, so in no rule', () => {
    const [before, after] = [outside, withStrangers].map((api) => {
      const snapshot = snapshotOf(api);
      return new Set(renderExposition({ ...viewOf(snapshot), signals: readSignals(snapshot) }).split('\n'));
    });
    const added = [...after!].filter((line) => !before!.has(line) && !line.startsWith('#'));
    expect(added).toEqual([
      `aggregated_api_unbelieved_targets{apiservice="v1.tides.example.com",vantage="endpoint"} ${FAILURE_REASONS.length}`,
    ]);
    expect([...before!].filter((line) => !after!.has(line))).toEqual([]);
  });

  it('is in no error ratio', () => {
    const ratios = new ErrorRatios();
    ratios.observe(snapshotOf(withStrangers));
    expect(ratios.of('v1.tides.example.com', 'endpoint')).toBeUndefined();
  });

  it('is shown, with whom it answers as', () => {
    const shown = renderVantages(healthyApi({ ...outside, unbelieved: [stranger('certificate_name_mismatch')] }), NOW).toString();
    expect(shown).toContain('not believed: answers as *.example.net');
    expect(shown).toContain('counted nowhere');
  });

  it('has no series where every direct target was always believed', () => {
    const text = renderExposition(viewOf(snapshotOf({ probes: [healthyTally('endpoint')] })));
    expect(text).not.toContain('aggregated_api_unbelieved_targets{');
  });
});
