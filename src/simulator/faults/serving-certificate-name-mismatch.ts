import { defineFault } from './fault.ts';

/** The serving certificate was issued for another Service. */
export const servingCertificateNameMismatch = defineFault({
  id: 'serving-certificate-name-mismatch',
  cause: 'serving-certificate-name-mismatch',
  scope: 'api',
  async inject(_cluster, api) {
    const other = `${api.plan.service}-old.${api.plan.namespace}.svc`;
    api.behaviour.serving = await api.authority.issue({ commonName: other, usage: 'server', dnsNames: [other, 'localhost'] });
    await api.reload();
    return () => {
      delete api.behaviour.serving;
      return api.reload();
    };
  },
});
