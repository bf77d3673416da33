import type { Fault } from '../fault.ts';
import { WARDLE } from '../harness/cluster.ts';
import { changeApiService } from '../inject.ts';

export const fault: Fault = {
  id: 'ca-bundle',
  title: "The APIService's caBundle is of another CA",
  causes: ['ca-bundle-mismatch'],
  category: 'tls-certificate',
  within: 30,
  inject: (cluster) =>
    changeApiService(cluster, WARDLE, (object) => {
      object.spec.caBundle = Buffer.from(cluster.controlPlane.ca.pem).toString('base64');
    }),
};
