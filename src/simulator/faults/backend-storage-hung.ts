import { klogStructured } from '../node/klog.ts';
import { defineFault } from './fault.ts';

/** The server's own storage does not answer: discovery works, every list hangs. */
export const backendStorageHung = defineFault({
  id: 'backend-storage-hung',
  cause: 'backend-dependency-failing',
  scope: 'api',
  inject({ timers }, api) {
    api.behaviour.intercept = ({ kind }) => (kind === 'list' ? 'hang' : undefined);
    const complain = () =>
      api.log(
        klogStructured('W', 'logging.go:55', 'grpc: addrConn.createTransport failed to connect to {Addr: "harbour-etcd:2379"}', {
          err: 'connection error: desc = "transport: Error while dialing: dial tcp 10.96.44.9:2379: i/o timeout"',
        }),
        klogStructured('E', 'status.go:71', 'apiserver received an error that is not an metav1.Status', {
          err: 'context deadline exceeded',
        }),
      );
    complain();
    const stop = timers.every(timers.scaled(10_000), complain);
    return () => {
      stop();
      delete api.behaviour.intercept;
      api.reconnect();
    };
  },
});
