import type { Fault } from '../fault.ts';
import { serveCertificate } from '../inject.ts';

export const fault: Fault = {
  id: 'certificate-expired',
  title: 'The serving certificate has expired',
  causes: ['serving-certificate-expired'],
  category: 'tls-certificate',
  within: 30,
  inject: async (cluster) => serveCertificate(cluster, { days: -1 }),
};
