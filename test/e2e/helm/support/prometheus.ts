import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kube } from '../../cluster/harness/kube.ts';
import { Daemon, until } from '../../cluster/harness/process.ts';

const ADDRESS = '127.0.0.1:9090';

/**
 * A Prometheus that scrapes the ready endpoints of each Service of a namespace that has a port `metrics`, each second. Debian's is built
 * without the discovery of Kubernetes, so what that finds is written into a file for it.
 */
export class Prometheus {
  private readonly daemon: Daemon;
  private readonly kube: Kube;
  private readonly namespace: string;
  private readonly targets: string;
  private loop: NodeJS.Timeout | undefined;

  constructor(kube: Kube, namespace: string, folder: string) {
    this.kube = kube;
    this.namespace = namespace;
    this.targets = join(folder, 'targets.json');
    const file = join(folder, 'prometheus.yml');
    writeFileSync(
      file,
      JSON.stringify({
        global: { scrape_interval: '1s', scrape_timeout: '1s' },
        scrape_configs: [{ job_name: 'tides', file_sd_configs: [{ files: [this.targets], refresh_interval: '1s' }] }],
      }),
    );
    const flags = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'tsdb')}`, `--web.listen-address=${ADDRESS}`];
    this.daemon = new Daemon('prometheus', ['prometheus', ...flags], join(folder, 'prometheus.log'));
  }

  async start(): Promise<void> {
    // The kube-apiserver may be busy: the next round asks again.
    this.loop = setInterval(() => void this.discover().catch(() => {}), 500);
    this.daemon.start();
    await until('Prometheus to be ready', 30, async () => {
      if (!this.daemon.running) throw new Error(this.daemon.tail());
      return (await fetch(`http://${ADDRESS}/-/ready`)).ok;
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.loop);
    await this.daemon.stop();
  }

  /** Values of an instant query by the first of the labels `source`, `apiservice` and `service`. */
  async query(expression: string): Promise<Readonly<Record<string, number>>> {
    const answer = await fetch(`http://${ADDRESS}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { data } = (await answer.json()) as {
      data: { result: { metric: Readonly<Record<string, string>>; value: [number, string] }[] };
    };
    return Object.fromEntries(
      data.result.map(({ metric, value }) => [metric['source'] ?? metric['apiservice'] ?? metric['service'] ?? '', Number(value[1])]),
    );
  }

  private async discover(): Promise<void> {
    const { items } = await this.kube.get(`/apis/discovery.k8s.io/v1/namespaces/${this.namespace}/endpointslices`);
    const groups = items.map(({ metadata, endpoints, ports }: any) => {
      const port = ports?.find(({ name }: any) => name === 'metrics')?.port;
      const ready = (endpoints ?? []).filter(({ conditions }: any) => conditions.ready);
      return {
        targets: port === undefined ? [] : ready.map(({ addresses }: any) => `${addresses[0]}:${port}`),
        labels: { service: metadata.labels['kubernetes.io/service-name'] },
      };
    });
    writeFileSync(`${this.targets}.partial`, JSON.stringify(groups));
    renameSync(`${this.targets}.partial`, this.targets);
  }
}
