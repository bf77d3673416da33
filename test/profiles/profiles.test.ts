import { describe, expect, it } from 'vitest';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { ApiFacts, ContainerFacts, PodFacts } from '../../src/domain/snapshot.ts';
import { profileOf } from '../../src/profiles/find.ts';
import { PROFILES } from '../../src/profiles/list.ts';
import { startingUp } from '../../src/profiles/start-up.ts';
import { healthyApi, healthyContainer, healthyPod, healthyWorkload, NOW } from '../support/healthy.ts';

const served = (name: string, service: string, differs: Partial<ApiFacts> = {}) =>
  healthyApi({ name, backend: { namespace: 'harbour', service, port: 443 }, ...differs });

describe('the program behind an API', () => {
  it.each<[what: string, api: ApiFacts, id: string | undefined]>([
    ['by its Service', served('v1beta1.metrics.k8s.io', 'metrics-server'), 'metrics-server'],
    ['by its Service in a release of another name', served('v1beta1.metrics.k8s.io', 'tides-metrics-server'), 'metrics-server'],
    ['another one of the same group', served('v1beta1.metrics.k8s.io', 'prometheus-adapter'), 'prometheus-adapter'],
    [
      'by its Deployment',
      served('v1beta1.custom.metrics.k8s.io', 'x', { workload: observed(healthyWorkload({ name: 'prometheus-adapter' })) }),
      'prometheus-adapter',
    ],
    [
      'by its container',
      served('v1beta1.external.metrics.k8s.io', 'x', {
        pods: observed([healthyPod({ containers: [healthyContainer({ name: 'keda-metrics-apiserver' })] })]),
      }),
      'keda',
    ],
    ['before the library that it is built on', served('v1beta1.external.metrics.k8s.io', 'keda-metrics-apiserver'), 'keda'],
    ['built on the library', served('v1beta2.custom.metrics.k8s.io', 'tide-metrics-adapter'), 'custom-metrics-apiserver'],
    ['of OLM', served('v1.packages.operators.coreos.com', 'packageserver-service'), 'olm-packageserver'],
    ['of KubeVirt', served('v1.subresources.kubevirt.io', 'virt-api'), 'kubevirt-virt-api'],
    ['of Calico', served('v3.projectcalico.org', 'calico-api'), 'calico-apiserver'],
    ['of Kueue', served('v1beta1.visibility.kueue.x-k8s.io', 'kueue-visibility-server'), 'kueue-visibility'],
    ['of Datadog', served('v1beta1.external.metrics.k8s.io', 'reef-datadog-cluster-agent-metrics-api'), 'datadog-cluster-agent'],
    ['of Stackdriver', served('v1beta1.custom.metrics.k8s.io', 'custom-metrics-stackdriver-adapter'), 'custom-metrics-stackdriver-adapter'],
    ['is not known by its group alone', served('v1beta1.metrics.k8s.io', 'tide-gauge'), undefined],
    ['is not known by its name alone', served('v1.tides.example.com', 'metrics-server'), undefined],
    ['is not known of a group that only ends like a known one', served('v1.nometrics.k8s.io', 'metrics-server'), undefined],
    [
      'is known by its Service where pods are not seen',
      served('v1beta1.metrics.k8s.io', 'metrics-server', { pods: UNOBSERVED, workload: UNOBSERVED }),
      'metrics-server',
    ],
  ])('%s', (_, api, id) => {
    expect(profileOf(api)?.id).toBe(id);
  });
});

describe('a profile', () => {
  it('has an id of its own, what was read, and a start that a person would wait for', () => {
    expect(new Set(PROFILES.map(({ id }) => id)).size).toBe(PROFILES.length);
    for (const { source, startUp, normal } of PROFILES) {
      expect(source).toMatch(/^\w+[\w.-]*\/[\w.-]+/);
      expect(startUp.seconds).toBeGreaterThanOrEqual(10);
      expect(startUp.seconds).toBeLessThanOrEqual(120);
      expect(normal.length).toBeGreaterThan(0);
    }
  });

  it('ends no sentence: what it says stands in a list or within one', () => {
    const texts = PROFILES.flatMap(({ startUp, normal, flags }) => [
      startUp.because,
      ...normal.map((one) => one.says),
      ...flags.map((one) => one.says),
    ]);
    expect(texts.filter((text) => text.endsWith('.'))).toEqual([]);
  });
});

describe('that it has just started', () => {
  /** metrics-server with one pod, which started so many seconds ago. */
  const started = (seconds: number, container: Partial<ContainerFacts> = {}, pod: Partial<PodFacts> = {}) =>
    metricsServer([podStarted(seconds, container, pod)]);
  const podStarted = (seconds: number, container: Partial<ContainerFacts> = {}, pod: Partial<PodFacts> = {}) =>
    healthyPod({
      name: 'buoy',
      ready: false,
      containers: [healthyContainer({ ready: false, startedAt: NOW - seconds * 1000, ...container })],
      ...pod,
    });
  const metricsServer = (pods: readonly PodFacts[]) => served('v1beta1.metrics.k8s.io', 'metrics-server', { pods: observed(pods) });

  const { startedAt: _, ...unseen } = healthyContainer({ ready: false });
  const podUnseen = healthyPod({ ready: false, containers: [unseen] });

  it('is said with how long to wait', () => {
    expect(startingUp(started(20), NOW)).toBe(
      'Pod buoy started 20 s ago: metrics-server is normally not ready for up to 45 s after a start, because its readiness wants two scrapes of the kubelets, 15 s apart (--metric-resolution), and its probe first asks after 20 s and then each 10 s. Wait another 25 s before you look further.',
    );
  });

  it.each<[what: string, api: ApiFacts, said: boolean]>([
    ['of a pod just before its time is over', started(44), true],
    ['not of one whose time is over', started(45), false],
    ['not of one that is ready', started(20, { ready: true }, { ready: true }), false],
    ['not where another pod is ready', metricsServer([podStarted(20), healthyPod()]), false],
    ['of the younger of two', metricsServer([podStarted(400), podStarted(10)]), true],
    ['not of one that started before: it crashes', started(20, { restarts: 1 }), false],
    ['not of one that does not run: it waits for its image', started(20, { running: false }), false],
    ['not of one that is being deleted', started(20, {}, { deletingSince: NOW }), false],
    ['not where the start was not seen', metricsServer([podUnseen]), false],
    ['not of a start in the future: clocks differ', started(-5), false],
    ['not without a container', metricsServer([healthyPod({ ready: false, containers: [] })]), false],
    ['not without pods', metricsServer([]), false],
    ['not where pods are not seen', served('v1beta1.metrics.k8s.io', 'metrics-server', { pods: UNOBSERVED }), false],
    ['not of a program that nobody knows', healthyApi({ pods: observed([podStarted(20)]) }), false],
  ])('%s', (_, api, said) => {
    expect(startingUp(api, NOW) !== undefined).toBe(said);
  });
});
