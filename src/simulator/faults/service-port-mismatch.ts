import { defineFault } from './fault.ts';

/** The APIService names a port that its Service does not have. */
export const servicePortMismatch = defineFault({
  id: 'service-port-mismatch',
  cause: 'service-port-mismatch',
  scope: 'api',
  inject(_cluster, api) {
    let right = 0;
    api.editApiService((copy) => {
      right = copy.spec.service!.port;
      copy.spec.service!.port = right + 1;
    });
    return () =>
      api.editApiService((copy) => {
        copy.spec.service!.port = right;
      });
  },
});
