import { createAuthority } from '../certificates.ts';
import { defineFault } from './fault.ts';

/** Somebody put the bundle of a foreign CA into the APIService. */
export const caBundleReplaced = defineFault({
  id: 'ca-bundle-replaced',
  cause: 'ca-bundle-mismatch',
  scope: 'api',
  async inject(_cluster, api) {
    const foreign = await createAuthority('corporate-root');
    const bundle = (certificate: string) => Buffer.from(certificate).toString('base64');
    api.editApiService((copy) => {
      copy.spec.caBundle = bundle(foreign.certificate);
    }, 'cainjector');
    return () =>
      api.editApiService((copy) => {
        copy.spec.caBundle = bundle(api.authority.certificate);
      }, 'cainjector');
  },
});
