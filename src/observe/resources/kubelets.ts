import type { NodeFacts } from '../../domain/snapshot.ts';
import type { KubeClient } from '../../kube/api.ts';
import type { AddressRules } from '../../net/addresses.ts';
import type { ApiTarget } from '../../objects/targets.ts';
import { KUBELET_RULE, KubeletError, type KubeletOptions, readKubelet } from './kubelet.ts';
import { type CpuByContainer, keyOf, type UsageByContainer } from './kubelet-metrics.ts';
import { noteProblem, type Problems } from './problems.ts';

/** Kubelets asked at once. */
const AT_ONCE = 4;
/** Nodes of which the CPU of all pods is remembered until the next reading, each some 100 kB. */
const MOST_NODES = 200;

export interface KubeletsAsked {
  readonly client: KubeClient;
  readonly nodes: () => readonly NodeFacts[];
  readonly addresses: AddressRules;
  readonly options: KubeletOptions;
}

export interface KubeletsRead {
  readonly usage: UsageByContainer;
  /** Of all containers, by node. A node is missing where its kubelet could not be read. */
  readonly cpu: ReadonlyMap<string, CpuByContainer>;
}

/** CPU and memory of the backends' containers, from the kubelets of their nodes, a few at once. What can't be read is noted. */
export async function readKubelets(all: readonly ApiTarget[], asked: KubeletsAsked, problems: Problems): Promise<KubeletsRead> {
  const usage: UsageByContainer = new Map();
  const cpu = new Map<string, CpuByContainer>();
  const nodes = [...containersByNode(all)];
  const { signal } = asked.options;
  const worker = async () => {
    for (let next = nodes.shift(); next && !signal.aborted; next = nodes.shift()) {
      const [node, wanted] = next;
      try {
        const address = addressOf(node, asked.nodes(), asked.addresses);
        const read = await readKubelet(asked.client, address, wanted, asked.options);
        for (const [key, of] of read.usage) usage.set(key, of);
        if (cpu.size < MOST_NODES) cpu.set(node, read.cpu);
      } catch (error) {
        if (signal.aborted) return;
        const refusal = error instanceof KubeletError ? error.refusal : undefined;
        noteProblem(problems, { message: error instanceof Error ? error.message : String(error), refusal, rule: KUBELET_RULE });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { usage, cpu };
}

/** Keys of the containers that serve, by the node on which they are. */
function containersByNode(all: readonly ApiTarget[]): Map<string, Set<string>> {
  const byNode = new Map<string, Set<string>>();
  for (const target of all)
    for (const pod of target.pods) {
      if (pod.node === undefined) continue;
      const wanted = byNode.get(pod.node) ?? new Set<string>();
      byNode.set(pod.node, wanted);
      for (const container of pod.containers) if (!container.init) wanted.add(keyOf(pod, container));
    }
  return byNode;
}

function addressOf(node: string, nodes: readonly NodeFacts[], rules: AddressRules): string {
  const known = nodes.find(({ name }) => name === node)?.addresses ?? [];
  const [first] = known;
  if (first === undefined) throw new KubeletError(`the address of node ${node} is not known`, 'forbidden');
  const address = known.find((candidate) => rules.refusal(candidate) === undefined);
  if (address === undefined) throw new KubeletError(`node ${node} has the address ${first}: ${rules.refusal(first)}, which is not asked`);
  return address;
}
