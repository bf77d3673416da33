import type { SimulatedApi } from '../api.ts';
import type { Clear } from './fault.ts';

/** Everything sent to the API's pods is swallowed, except by their own nodes. */
export async function dropTraffic(api: SimulatedApi): Promise<Clear> {
  const pods = api.pods();
  await Promise.all(pods.map((pod) => pod.listener?.set('drop') ?? Promise.resolve()));
  return async () => {
    await Promise.all(pods.map((pod) => pod.listener?.set(pod.container.running ? 'open' : 'closed') ?? Promise.resolve()));
  };
}
