import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import type { Diagnosis } from '../../src/domain/diagnosis.ts';
import type { CauseId } from '../../src/domain/ids.ts';
import { observed, observedValue } from '../../src/domain/observed.ts';
import { healthyApi } from '../support/healthy.ts';
import { play } from '../support/play.ts';
import { ALL, dying, klog, type Moment, NO_ENDPOINTS, type Situation } from '../support/situation.ts';

/** The situation, of a server that was started with these. */
const startedWith = (args: readonly string[], situation: Situation): Situation => ({
  ...situation,
  facts: (moment: Moment) => {
    const facts = situation.facts?.(moment) ?? {};
    const pods = observedValue(facts.api?.pods ?? healthyApi().pods) ?? [];
    const started = pods.map((pod) => ({ ...pod, containers: pod.containers.map((container) => ({ ...container, args })) }));
    return { ...facts, api: { ...facts.api, pods: observed(started) } };
  },
});

function verdictOn(situation: Situation): Diagnosis | undefined {
  const doctor = createDiagnostician(catalogueOptions());
  let diagnoses: readonly Diagnosis[] = [];
  for (const snapshot of play(situation, { healthyTicks: 3, faultyTicks: 7 })) diagnoses = doctor.observe(snapshot).diagnoses.diagnoses;
  return diagnoses[0];
}

const idsOf = (verdict: Diagnosis | undefined) => verdict?.evidence.map(({ id }) => id) ?? [];
const PORT = '--secure-port=10250';
const refused: Situation = { probes: ALL('connection_refused', 'connection_refused') };
const panics: Situation = { ...NO_ENDPOINTS, facts: (moment) => ({ api: dying(moment, 'Error', 2) }) };
const forbidden: Situation = { probes: { aggregator: 'forbidden', list: 'forbidden' } };
const untrusted: Situation = { probes: ALL('certificate_unknown_authority', 'service_unavailable') };

describe('flags of the server', () => {
  it.each<[CauseId, string, readonly string[], Situation, readonly string[]]>([
    ['service-port-mismatch', 'server-listens-elsewhere', ['--secure-port=4443'], refused, [PORT]],
    ['connection-refused', 'listens-for-itself-only', [PORT, '--bind-address=127.0.0.1'], refused, [PORT, '--bind-address=0.0.0.0']],
    ['bad-flag-or-config', 'flags-are-refused', [PORT, '--tls-cert-file=/tls.crt'], panics, [PORT]],
    ['request-header-ca-mismatch', 'flags-ignore-the-front-proxy', [PORT, '--authentication-skip-lookup'], forbidden, [PORT]],
    ['ca-bundle-mismatch', 'signs-for-itself', [PORT], untrusted, [PORT, '--tls-cert-file=/tls.crt', '--tls-private-key-file=/tls.key']],
  ])('%s has %s with %j, and not with others', (cause, evidence, args, situation, others) => {
    const named = verdictOn(startedWith(args, situation));
    expect(named).toMatchObject({ cause });
    expect(idsOf(named)).toContain(evidence);
    expect(idsOf(verdictOn(startedWith(others, situation)))).not.toContain(evidence);
  });

  it('a refused flag is quoted as it is set, with the command that shows it', () => {
    const { evidence } = verdictOn(startedWith([PORT, '--tls-cert-file=/tls.crt'], panics))!;
    expect(evidence.find(({ id }) => id === 'flags-are-refused')).toMatchObject({
      sample: '--tls-cert-file without --tls-private-key-file',
      reproduce: 'kubectl get deployment/tide-gauge -n harbour -o yaml',
    });
  });

  it('a program that panics over what it refuses has no bug: of one that panics without, nobody blames the flags', () => {
    expect(verdictOn(startedWith([PORT, '--tls-cert-file=/tls.crt'], panics))?.cause).toBe('bad-flag-or-config');
    expect(verdictOn(startedWith([PORT], panics))?.cause).not.toBe('bad-flag-or-config');
  });

  it.each([
    ['listens elsewhere', ['--secure-port=4443']],
    ['listens for itself only', [PORT, '--bind-address=127.0.0.1']],
    ['should have ended', [PORT, '--tls-cert-file=/tls.crt']],
    ['believes no front proxy', [PORT, '--authentication-skip-lookup']],
  ])('one that %s by its flags, and answers, is well', (_, args) => {
    expect(verdictOn(startedWith(args, {}))).toBeUndefined();
  });

  it('a metrics-server that checks no kubelet cannot mistrust one', () => {
    const line = klog(
      '"Failed to scrape node" err="Get \\"https://192.0.2.10:10250/metrics/resource\\": tls: failed to verify certificate: x509: cannot validate certificate for 192.0.2.10 because it doesn\'t contain any IP SANs" node="node-a"',
    );
    const situation: Situation = { ...NO_ENDPOINTS, lines: [line] };
    const flags = ['--metric-resolution=15s', PORT];
    expect(verdictOn(startedWith(flags, situation))?.cause).toBe('kubelet-certificate-untrusted');
    const sure = (args: readonly string[]) => {
      const verdict = verdictOn(startedWith(args, situation))!;
      return [verdict, ...verdict.alternatives].find(({ cause }) => cause === 'kubelet-certificate-untrusted')?.confidence ?? 0;
    };
    expect(sure([...flags, '--kubelet-insecure-tls'])).toBeLessThan(sure(flags) / 2);
  });
});
