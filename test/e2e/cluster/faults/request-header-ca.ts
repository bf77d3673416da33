import type { Fault } from '../fault.ts';
import { addArguments } from '../inject.ts';

export const fault: Fault = {
  id: 'request-header-ca',
  title: "The server trusts another CA for the aggregator's client certificate",
  causes: ['request-header-ca-mismatch'],
  category: 'tls-certificate',
  within: 40,
  inject: (cluster) =>
    addArguments(
      cluster,
      `--requestheader-client-ca-file=${cluster.servingCa.certFile}`,
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
    ),
};
