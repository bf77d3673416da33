import type { Fault } from '../fault.ts';

export const fault: Fault = {
  id: 'apiserver-starved',
  title: 'The kube-apiserver gets a seventh of its time: every request waits, for built-in resources too',
  causes: ['apiserver-slow', 'apiserver-overloaded', 'apiserver-unavailable', 'etcd-slow'],
  category: 'apiserver-load',
  everyone: true,
  within: 40,
  inject: async ({ controlPlane }) => {
    const apiserver = controlPlane.apiservers[0]!;
    const stop = () => {
      apiserver.signal('SIGSTOP');
      setTimeout(() => apiserver.signal('SIGCONT'), 6000);
    };
    stop();
    const loop = setInterval(stop, 7000);
    return () => {
      clearInterval(loop);
      apiserver.signal('SIGCONT');
    };
  },
};
