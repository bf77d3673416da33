import { required } from '../required.ts';
import { defineFault } from './fault.ts';

/** One kube-apiserver has lost its way to the pods; the other one has not. They overwrite each other's verdict. */
export const apiserversDisagree = defineFault({
  id: 'apiservers-disagree',
  cause: 'apiservers-disagree',
  scope: 'cluster',
  pattern: 'intermittent',
  apiservers: 2,
  inject({ apiServers, apis }) {
    const [, second] = apiServers;
    const { connections } = required(second, 'the second kube-apiserver');
    const obstacle = () => ({ kind: 'drop' }) as const;
    connections.obstacles.add(obstacle);
    for (const name of apis.keys()) connections.closeIdle(name);
    return () => {
      connections.obstacles.delete(obstacle);
    };
  },
});
