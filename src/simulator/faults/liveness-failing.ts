import { defineFault } from './fault.ts';

/** Health checks hang, so the kubelet kills the container again and again. */
export const livenessFailing = defineFault({
  id: 'liveness-failing',
  cause: 'pod-probe-failing',
  scope: 'api',
  async inject({ timers }, api) {
    let over = false;
    const kill = async () => {
      for (const pod of api.pods()) {
        for (let count = 0; count < 3; count += 1)
          pod.report({
            type: 'Warning',
            reason: 'Unhealthy',
            message: `Liveness probe failed: Get "https://${pod.ip}:${pod.listener?.port}/livez": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
          });
        pod.report({ reason: 'Killing', message: `Container ${pod.plan.container} failed liveness probe, will be restarted` });
        await pod.crash({ exitCode: 137 });
      }
    };
    api.behaviour.intercept = () => 'hang';
    api.reconnect();
    await kill();
    const stop = timers.every(timers.scaled(30_000), () => {
      if (!over) void kill();
    });
    return async () => {
      over = true;
      stop();
      delete api.behaviour.intercept;
      for (const pod of api.pods()) await pod.recover();
      api.reconnect();
    };
  },
});
