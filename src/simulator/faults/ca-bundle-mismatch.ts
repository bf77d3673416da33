import { createAuthority } from '../certificates.ts';
import { defineFault } from './fault.ts';

/** The CA was made anew under its old name, and the server has a certificate of it; the caBundle is still the old one. */
export const caBundleMismatch = defineFault({
  id: 'ca-bundle-mismatch',
  cause: 'ca-bundle-mismatch',
  scope: 'api',
  async inject(_cluster, api) {
    const renewed = await createAuthority(api.authority.commonName);
    api.behaviour.serving = await renewed.issue({ commonName: api.serverName, usage: 'server', dnsNames: [api.serverName] });
    await api.reload();
    return () => {
      delete api.behaviour.serving;
      return api.reload();
    };
  },
});
