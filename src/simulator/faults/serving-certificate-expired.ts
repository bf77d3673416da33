import { defineFault } from './fault.ts';

const HOUR = 3_600_000;

/** Nobody renewed the serving certificate; it ran out an hour ago. */
export const servingCertificateExpired = defineFault({
  id: 'serving-certificate-expired',
  cause: 'serving-certificate-expired',
  scope: 'api',
  async inject(_cluster, api) {
    api.behaviour.serving = await api.authority.issue({
      commonName: api.serverName,
      usage: 'server',
      dnsNames: [api.serverName],
      notBefore: new Date(Date.now() - 2160 * HOUR),
      notAfter: new Date(Date.now() - HOUR),
    });
    await api.reload();
    return () => {
      delete api.behaviour.serving;
      return api.reload();
    };
  },
});
