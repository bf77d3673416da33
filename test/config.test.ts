import { describe, expect, it } from 'vitest';
import { configJsonSchema, configOfCluster, defaultConfig, needsRestart, parseConfig } from '../src/config.ts';
import { printShard } from '../src/domain/shard.ts';

const problemsOf = (text: string) => {
  const result = parseConfig(text);
  return 'problems' in result ? result.problems : [];
};

describe('configuration', () => {
  it('has a default for everything', () => {
    for (const empty of ['', '# nothing set\n', '{}']) expect(parseConfig(empty)).toEqual({ config: defaultConfig() });
    expect(defaultConfig().probe).toMatchObject({ interval: 10_000, timeout: 5_000, list: true, allow_addresses: [] });
    expect(defaultConfig().logs.bytes_per_minute).toBe(8 * 2 ** 20);
  });

  it.each([
    ['probe: {interval: 1m30s}', (c: ReturnType<typeof defaultConfig>) => c.probe.interval, 90_000],
    ['probe: {interval: 1s}', (c: ReturnType<typeof defaultConfig>) => c.probe.interval, 1_000],
    ['logs: {bytes_per_minute: 64KiB}', (c: ReturnType<typeof defaultConfig>) => c.logs.bytes_per_minute, 65_536],
    ['logs: {bytes_per_minute: 65536}', (c: ReturnType<typeof defaultConfig>) => c.logs.bytes_per_minute, 65_536],
    ['apis: {shard: 2/3}', (c: ReturnType<typeof defaultConfig>) => printShard(c.apis.shard!), '2/3'],
    [
      'web: {shard_url: "http://tides-{shard}:9944"}',
      (c: ReturnType<typeof defaultConfig>) => c.web.shard_url,
      'http://tides-{shard}:9944',
    ],
    ['web: {listen_addresses: ["[::1]:9944"]}', (c: ReturnType<typeof defaultConfig>) => c.web.listen_addresses[0], '[::1]:9944'],
  ])('reads %s', (text, pick, value) => {
    const result = parseConfig(text);
    expect('config' in result && pick(result.config)).toBe(value);
  });

  it.each([
    ['probe: {intervall: 10s}', 'probe.intervall: unknown key; allowed are interval, timeout'],
    ['prober: {}', 'prober: unknown key; allowed are web, log'],
    ['probe: {interval: 10}', 'probe.interval: 10:'],
    ['probe: {interval: 999ms}', 'probe.interval: "999ms": a duration from 1s to 5m is allowed'],
    ['probe: {allow_addresses: [localhost]}', 'probe.allow_addresses.0: "localhost": a CIDR'],
    ['log: {level: loud}', 'log.level: "loud": allowed are debug, info, warn, error'],
    ['web: {listen_addresses: ["9944"]}', 'web.listen_addresses.0: "9944": host:port, :port or [address]:port is allowed'],
    ['web: {external_url: ops.example.com}', 'web.external_url: "ops.example.com": an http:// or https:// URL is allowed'],
    ['web: {external_url: "https://x/?a"}', 'web.external_url: "https://x/?a": an http:// or https:// URL without a query is allowed'],
    ['leader_election: {lease_duration: 10s}', 'lease_duration: more than renew_deadline is allowed'],
    ['leader_election: {lease_duration: 15500ms}', 'lease_duration: whole seconds are allowed'],
    ['leader_election: {retry_period: 9s}', 'renew_deadline: more than 1.2 × retry_period is allowed'],
    ['leader_election: {name: Tides}', 'leader_election.name: "Tides": the name of an object is allowed'],
    ['apis: {shard: 0/0}', 'apis.shard: "0/0": i/n is allowed, such as 0/3, with n from 1 to 100 and i from 0 to n - 1'],
    ['apis: {shard: 3/2}', 'apis.shard: "3/2": i/n is allowed'],
    ['apis: {shard: a/b}', 'apis.shard: "a/b": i/n is allowed'],
    ['apis: {shard: 1}', 'apis.shard: 1: '],
    [
      'web: {shard_url: "http://tides:9944"}',
      'web.shard_url: "http://tides:9944": an http:// or https:// URL with {shard} in it is allowed',
    ],
    ['web: {shard_url: "tides-{shard}"}', 'web.shard_url: "tides-{shard}": an http:// or https:// URL with {shard} in it is allowed'],
    ['prometheus: {url: "ftp://x"}', 'prometheus.url: "ftp://x": an http:// or https:// URL is allowed'],
    ['clusters: [{name: Harbour}]', 'clusters.0.name: "Harbour": up to 63 small letters, digits, dots and hyphens are allowed'],
    ['clusters: [{name: ..}]', 'clusters.0.name: "..": up to 63'],
    ['clusters: [{name: a/b}]', 'clusters.0.name: "a/b": up to 63'],
    ['clusters: [{name: quay}, {name: harbour}, {name: quay}]', 'clusters.2.name: "quay": another cluster is called so'],
    ['clusters: [{name: quay, probe: {interval: 999ms}}]', 'clusters.0.probe.interval: "999ms": a duration from 1s to 5m is allowed'],
    ['clusters: [{name: quay, probe: {intervall: 10s}}]', 'clusters.0.probe.intervall: unknown key; allowed are interval, timeout'],
    ['clusters: [{name: quay, apis: {shard: 0/2}}]', 'clusters.0.apis.shard: unknown key; allowed are exclude'],
    ['clusters: [{name: quay, web: {}}]', 'clusters.0.web: unknown key; allowed are name, kubeconfig, context, apis'],
    ['clusters: [{kubeconfig: /quay}]', 'clusters.0.name: null: '],
    ['probe: [', 'not YAML: '],
    ['{}\n---\n{}', '2 YAML documents'],
    ['- a', 'the file: ["a"]:'],
  ])('refuses %s', (text, problem) => {
    expect(problemsOf(text)).toContainEqual(expect.stringContaining(problem));
  });

  describe('of several clusters', () => {
    const read = (text: string) => {
      const result = parseConfig(text);
      if ('problems' in result) throw new Error(result.problems.join('\n'));
      return result.config;
    };
    const of = (config: ReturnType<typeof read>, name: string) =>
      configOfCluster(config, config.clusters.find((cluster) => cluster.name === name)!);
    const both = read(`
probe: {interval: 20s, burst: 3}
logs: {max_streams: 7}
diagnosis: {interval: 10s, state_file: /harbour/state.json}
incidents: {file: incidents.jsonl}
clusters:
  - {name: quay, kubeconfig: /quay, context: admin}
  - {name: pier, probe: {burst: 9}, logs: {bytes_per_minute: 64KiB}, apis: {exclude: [v1.tides.example.com]}, diagnosis: {interval: 30s}}
`);

    it('is for each what is said of all, and what is said of it', () => {
      expect(both.clusters.map(({ name, kubeconfig, context }) => [name, kubeconfig, context])).toEqual([
        ['quay', '/quay', 'admin'],
        ['pier', undefined, undefined],
      ]);
      expect(of(both, 'quay')).toMatchObject({
        probe: { interval: 20_000, burst: 3 },
        logs: { max_streams: 7, bytes_per_minute: 8 * 2 ** 20 },
      });
      expect(of(both, 'pier')).toMatchObject({
        probe: { interval: 20_000, burst: 9 },
        logs: { max_streams: 7, bytes_per_minute: 65_536 },
        apis: { exclude: ['v1.tides.example.com'] },
        diagnosis: { interval: 30_000 },
      });
    });

    it('has the files of each in a folder of its own', () => {
      expect(of(both, 'pier')).toMatchObject({
        diagnosis: { state_file: '/harbour/pier/state.json' },
        incidents: { file: 'pier/incidents.jsonl' },
      });
      expect(of(read('clusters: [{name: pier}]'), 'pier').diagnosis.state_file).toBeUndefined();
    });

    it.each<[string, string, string[]]>([
      ['one more', '[{name: quay}, {name: pier}]', ['clusters']],
      ['another kubeconfig', '[{name: quay, kubeconfig: /other}]', ['clusters']],
      ['another limit of series', '[{name: quay, limits: {series_per_family: 500}}]', ['clusters']],
      ['another pace of its probes', '[{name: quay, probe: {interval: 30s}}]', []],
    ])('needs a restart where there is %s', (_, clusters, expected) => {
      expect(needsRestart(read('clusters: [{name: quay}]'), read(`clusters: ${clusters}`))).toEqual(expected);
    });
  });

  it('says everything that is wrong at once', () => {
    expect(problemsOf('probe: {interval: x, burst: -1}\nlog: {level: loud}\nnope: 1')).toHaveLength(4);
  });

  it('prints a JSON Schema that knows each key', () => {
    expect(configJsonSchema()).toMatchObject({
      type: 'object',
      properties: { probe: { properties: { interval: { type: 'string', default: '10s' } } } },
    });
  });
});
