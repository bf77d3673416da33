import { required } from '../required.ts';
import { defineFault } from './fault.ts';

/** The APIService names a port that its Service does not have. */
export const servicePortMismatch = defineFault({
  id: 'service-port-mismatch',
  cause: 'service-port-mismatch',
  scope: 'api',
  inject(_cluster, api) {
    const move = (by: number) =>
      api.editApiService(({ spec }) => {
        required(spec.service, `spec.service of ${api.name}`).port += by;
      });
    move(1);
    return () => move(-1);
  },
});
