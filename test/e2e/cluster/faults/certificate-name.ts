import type { Fault } from '../fault.ts';
import { serveCertificate } from '../inject.ts';

export const fault: Fault = {
  id: 'certificate-name',
  title: 'The serving certificate is for another name',
  causes: ['serving-certificate-name-mismatch'],
  category: 'tls-certificate',
  within: 30,
  inject: async (cluster) => serveCertificate(cluster, { names: ['wardle.default.svc'] }),
};
