import type { ContainerFacts, PodFacts } from '../domain/snapshot.ts';
import { NOT_STARTED } from './backend.ts';
import type { PodHistory } from './pod-history.ts';
import type { ContainerTemplate, PodRecord } from './pods.ts';

export function podFacts(pod: PodRecord, history: PodHistory): PodFacts {
  return {
    name: pod.name,
    uid: pod.uid,
    ...(pod.node === undefined ? {} : { node: pod.node }),
    ...(pod.ip === undefined ? {} : { ip: pod.ip }),
    hostNetwork: pod.hostNetwork,
    phase: pod.phase,
    ready: pod.ready,
    ...(pod.reason === undefined ? {} : { reason: pod.reason }),
    ...(pod.message === undefined ? {} : { message: pod.message }),
    scheduled: pod.scheduled,
    ...(pod.unschedulable === undefined ? {} : { unschedulable: pod.unschedulable }),
    createdAt: pod.createdAt,
    ...(pod.deletingSince === undefined ? {} : { deletingSince: pod.deletingSince }),
    labels: pod.labels,
    ...(pod.serviceAccount === undefined ? {} : { serviceAccount: pod.serviceAccount }),
    ...(pod.owner === undefined ? {} : { owner: pod.owner }),
    readinessFlips: history.readinessFlips(pod.uid),
    containers: pod.template.containers.map((template) => containerFacts(pod, template, history)),
  };
}

function containerFacts(pod: PodRecord, template: ContainerTemplate, history: PodHistory): ContainerFacts {
  const status = pod.containers.find(({ name }) => name === template.name) ?? NOT_STARTED;
  return {
    name: template.name,
    init: template.init,
    ready: status.ready,
    running: status.running,
    ...(status.startedAt === undefined ? {} : { startedAt: status.startedAt }),
    restarts: status.restarts,
    restartTimes: history.restartTimes(pod.uid, template.name),
    ...(status.waiting === undefined ? {} : { waiting: status.waiting }),
    ...(status.terminated === undefined ? {} : { terminated: status.terminated }),
    ...(status.lastTermination === undefined ? {} : { lastTermination: status.lastTermination }),
    limits: template.limits,
    args: template.args,
  };
}
