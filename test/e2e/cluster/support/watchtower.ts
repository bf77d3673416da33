import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printAll } from '../../../../src/commands/generate.ts';
import { type Part, startPrometheus } from '../../prometheus/support/parts.ts';
import type { Cluster } from '../harness/cluster.ts';
import { APISERVER_ADDRESSES, APISERVER_PORT } from '../harness/control-plane.ts';

/** A real Prometheus that scrapes the exporter and the kube-apiserver, with our rules and, renamed `Stock…`, the mixin's own two. */
export async function startWatchtower(cluster: Cluster, exporter: string, scrapeInterval: string): Promise<Part> {
  const printed = [
    ...(await printAll('rules', { format: 'prometheus', scrapeInterval })),
    ...(await printAll('rule-tests', { scrapeInterval })),
  ];
  for (const { path, content } of printed.flatMap(({ artifacts }) => artifacts))
    writeFileSync(join(cluster.folder, path.replaceAll('/', '-')), content);
  const labels = { cluster: 'harbour' };
  const { ca, admin } = cluster.controlPlane;
  return startPrometheus(cluster.folder, 'prometheus', {
    global: { scrape_interval: scrapeInterval, evaluation_interval: scrapeInterval },
    rule_files: [join(cluster.folder, 'rules-prometheus-*.yaml'), join(cluster.folder, 'rules-tests-stock-*.yaml')],
    scrape_configs: [
      { job_name: 'exporter', static_configs: [{ targets: [new URL(exporter).host], labels }] },
      {
        job_name: 'kube-apiserver',
        scheme: 'https',
        tls_config: { ca_file: ca.certFile, cert_file: admin.certFile, key_file: admin.keyFile },
        static_configs: [{ targets: [`${APISERVER_ADDRESSES[0]}:${APISERVER_PORT}`], labels }],
      },
    ],
  });
}
