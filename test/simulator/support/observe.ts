import type { Simulator } from '../../../src/simulator/simulator.ts';
import { clientOf, direct } from './client.ts';

/** What a fault shows; each is read from outside the process. Patterns match anywhere. */
export interface Observation {
  /** `status reason: message` of the Available condition. */
  readonly condition?: RegExp;
  /** `status body` of GET /apis/<group>/<version> through the kube-apiserver, as an ordinary user. */
  readonly discovery?: RegExp;
  /** The same of a list. */
  readonly list?: RegExp;
  /** Status or error code at the ClusterIP, and at any pod address, without credentials. */
  readonly service?: RegExp;
  readonly endpoint?: RegExp;
  /** `phase reason waiting/terminated/last reasons, exit code` of any pod. */
  readonly pod?: RegExp;
  /** `type reason: message` of any event of the API's objects. */
  readonly event?: RegExp;
  /** Any line of a pod's log, or of the log before. */
  readonly log?: RegExp;
  readonly previousLog?: RegExp;
  /** Any line of the kube-apiserver's /metrics, of a kubelet's /metrics/cadvisor, of the backend's /metrics. */
  readonly apiserverMetrics?: RegExp;
  readonly cadvisor?: RegExp;
  readonly backendMetrics?: RegExp;
  /** JSON of all NetworkPolicies, nodes, CronJobs, deployments. */
  readonly objects?: RegExp;
}

type Kind = keyof Observation;

/** Everything of one kind that can be seen of an API now, as texts. */
export async function look(simulator: Simulator, kind: Kind, api: string): Promise<string[]> {
  const { plan } = simulator.cluster.api(api);
  const admin = clientOf(simulator, 'admin');
  const ordinary = clientOf(simulator, 'ordinary');
  const path = `/apis/${plan.group}/${plan.version}`;
  const pods = async () =>
    (await admin.ask(`/api/v1/namespaces/${plan.namespace}/pods?labelSelector=app%3D${plan.service}`)).json.items as PodJson[];
  const answered = async (at: string) => {
    const { status, text } = await ordinary.ask(at).catch((error: Error) => ({ status: 0, text: error.message }));
    return [`${status} ${text}`];
  };
  const logs = async (query: string) =>
    Promise.all(
      (await pods()).map(
        async (pod) => (await admin.ask(`/api/v1/namespaces/${plan.namespace}/pods/${pod.metadata.name}/log${query}`)).text,
      ),
    );

  const readers: Record<Kind, () => Promise<string[]>> = {
    condition: async () => {
      const { json } = await admin.ask(`/apis/apiregistration.k8s.io/v1/apiservices/${api}`);
      return (json.status.conditions ?? []).map((c: Record<string, string>) => `${c.status} ${c.reason}: ${c.message}`);
    },
    discovery: () => answered(path),
    list: () => answered(`${path}/${plan.resource}?limit=1`),
    service: async () => {
      const { json } = await admin.ask(`/api/v1/namespaces/${plan.namespace}/services/${plan.service}`);
      const { clusterIP, ports } = json.spec ?? {};
      return [clusterIP ? String(await direct(clusterIP, ports[0].port, path)) : 'no ClusterIP'];
    },
    endpoint: async () =>
      Promise.all(
        (await pods()).filter((pod) => pod.status.podIP).map(async (pod) => String(await direct(pod.status.podIP!, portOf(pod), path))),
      ),
    pod: async () => (await pods()).map(podInWords),
    event: async () =>
      (await admin.ask(`/api/v1/namespaces/${plan.namespace}/events`)).json.items
        .filter((event: { involvedObject: { name: string } }) => event.involvedObject.name.startsWith(plan.service))
        .map((event: Record<string, string>) => `${event.type} ${event.reason}: ${event.message}`),
    log: () => logs(''),
    previousLog: () => logs('?previous=true'),
    apiserverMetrics: async () => [(await admin.ask('/metrics')).text],
    cadvisor: async () =>
      Promise.all(
        simulator.cluster.nodes.map(
          async ({ kubelet }) =>
            (await admin.ask('/metrics/cadvisor', { server: new URL(`https://${kubelet.host}:${kubelet.port}`) })).text,
        ),
      ),
    backendMetrics: async () =>
      Promise.all((await pods()).filter((pod) => pod.status.podIP).map((pod) => backendMetrics(pod.status.podIP!, portOf(pod)))),
    objects: async () =>
      Promise.all(
        ['/apis/networking.k8s.io/v1/networkpolicies', '/api/v1/nodes', '/apis/batch/v1/cronjobs', '/apis/apps/v1/deployments'].map(
          async (at) => (await admin.ask(at)).text,
        ),
      ),
  };
  return readers[kind]();
}

async function backendMetrics(host: string, port: number): Promise<string> {
  const { request } = await import('node:https');
  return new Promise((resolve) => {
    const outgoing = request({ host, port, path: '/metrics', agent: false, rejectUnauthorized: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve(text));
    });
    outgoing.on('error', (error) => resolve(error.message));
    outgoing.end();
  });
}

interface PodJson {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly containers: readonly { readonly ports: readonly { readonly containerPort: number }[] }[] };
  readonly status: {
    readonly phase: string;
    readonly reason?: string;
    readonly podIP?: string;
    readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[];
    readonly containerStatuses?: readonly {
      readonly state: object;
      readonly lastState: object;
      readonly restartCount: number;
      readonly ready: boolean;
    }[];
  };
}

function portOf(pod: PodJson): number {
  return pod.spec.containers[0]!.ports[0]!.containerPort;
}

function podInWords({ status }: PodJson): string {
  const [container] = status.containerStatuses ?? [];
  const conditions = status.conditions
    .filter(({ status: value }) => value !== 'True')
    .map((c) => `${c.type}=${c.status} ${c.reason}: ${c.message}`);
  return [
    status.phase,
    status.reason,
    ...conditions,
    container && `ready=${container.ready} restarts=${container.restartCount}`,
    JSON.stringify(container?.state),
    `last ${JSON.stringify(container?.lastState)}`,
  ].join(' ');
}
