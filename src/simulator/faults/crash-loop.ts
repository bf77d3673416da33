import type { Ending } from '../node/container.ts';
import type { SimulatedPod } from '../node/pod.ts';
import type { Clear } from './fault.ts';

/** Every run of every pod of these (of an API: its own) ends as told, from now on; `endsAfter` is in the cluster's milliseconds. */
export async function crashLoop(
  of: { pods(): readonly SimulatedPod[] },
  run: { endsAfter: number; firstLines?: readonly string[]; ending: () => Ending },
): Promise<Clear> {
  const pods = of.pods();
  await Promise.all(
    pods.map((pod) => {
      pod.program = {
        endsAfter: run.endsAfter,
        get ending() {
          return run.ending();
        },
        ...(run.firstLines ? { firstLines: run.firstLines } : {}),
      };
      return pod.crash(run.ending());
    }),
  );
  return async () => {
    await Promise.all(pods.map((pod) => pod.recover()));
  };
}
