import { reachState } from '../../domain/node-reach.ts';
import { type Family, familyPerApi } from '../family.ts';

/** More nodes of one API are in the ratio only. */
const MOST_NODES = 20;

export const REACH_FAMILIES: readonly Family[] = [
  familyPerApi({
    name: 'aggregated_api_node_unreached',
    type: 'gauge',
    help: `1 for each node from which its agent reaches no address of the backend, and no series for the others; at most ${MOST_NODES} nodes, the rest is in aggregated_api_node_unreached_ratio.`,
    labels: ['from_node'],
    cost: `nodes that fail, at most APIs × ${MOST_NODES}`,
    collect({ reach = [] }, emit) {
      const names = new Set(reach.filter((of) => reachState(of) === 'unreached').map(({ node }) => node));
      for (const name of [...names].slice(0, MOST_NODES)) emit([name], 1);
    },
  }),
];
