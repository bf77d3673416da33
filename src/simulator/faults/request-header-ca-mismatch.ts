import { createAuthority } from '../certificates.ts';
import { defineFault } from './fault.ts';

/** The front-proxy CA was rotated and the aggregated server still trusts the old one. */
export const requestHeaderCaMismatch = defineFault({
  id: 'request-header-ca-mismatch',
  cause: 'request-header-ca-mismatch',
  scope: 'api',
  async inject(_cluster, api) {
    api.behaviour.requestHeaderCa = (await createAuthority('front-proxy-ca')).certificate;
    await api.reload();
    return () => {
      delete api.behaviour.requestHeaderCa;
      return api.reload();
    };
  },
});
