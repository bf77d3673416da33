import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runExporter } from '../../src/commands/exporter.ts';
import { observeCluster } from '../../src/commands/observe-cluster.ts';
import { registerServe } from '../../src/commands/serve.ts';
import { startSimulation } from '../../src/commands/simulation.ts';
import { SILENT } from '../../src/source/logger.ts';

vi.mock('../../src/commands/exporter.ts', () => ({ runExporter: vi.fn(() => Promise.resolve()) }));
vi.mock('../../src/commands/observe-cluster.ts', () => ({ observeCluster: vi.fn(() => ({})) }));
vi.mock('../../src/commands/simulation.ts', () => ({ startSimulation: vi.fn() }));

const folder = mkdtempSync(join(tmpdir(), 'serve-'));
const simulated = join(folder, 'simulated.yaml');
writeFileSync(simulated, 'probe: {interval: 2s}\n');
let printed = '';
/** The listeners of whoever runs the tests are not ours to call or to remove. */
const theirs = new Set([...process.listeners('SIGTERM'), ...process.listeners('SIGINT')]);
const ours = () => [...process.listeners('SIGTERM'), ...process.listeners('SIGINT')].filter((listener) => !theirs.has(listener));

beforeEach(() => {
  vi.clearAllMocks();
  printed = '';
  vi.stubEnv('KUBECONFIG', undefined);
  vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined);
  vi.stubEnv('HOME', folder);
  vi.mocked(startSimulation).mockResolvedValue({ kubeconfig: '/simulated/kubeconfig', configFile: simulated, stop() {} });
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  for (const listener of ours()) process.removeListener('SIGTERM', listener).removeListener('SIGINT', listener);
});

async function serve(...args: string[]): Promise<void> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  registerServe(program);
  await program.parseAsync(['serve', ...args], { from: 'user' });
}

const served = () =>
  vi.mocked(runExporter).mock.calls.map(([{ connect, config }]) => {
    connect(config, { log: SILENT });
    return vi.mocked(observeCluster).mock.lastCall?.[0].kubeconfig;
  });
const config = () => vi.mocked(runExporter).mock.calls[0]![0].config;

describe('which cluster is served', () => {
  it('without any on this machine: the simulated one, and the first line says so', async () => {
    await serve();
    expect(startSimulation).toHaveBeenCalledExactlyOnceWith('demo');
    expect(served()).toEqual(['/simulated/kubeconfig']);
    expect(printed).toMatch(/^aggregated-api-exporter: no cluster is configured, so this serves a simulated cluster, scenario "demo"/);
  });

  it.each<[string, Record<string, string>, string[], string | undefined]>([
    ['--kubeconfig', {}, ['--kubeconfig', '/harbour'], '/harbour'],
    ['KUBECONFIG', { KUBECONFIG: '/harbour' }, [], undefined],
    ['the pod that we run in', { KUBERNETES_SERVICE_HOST: '10.96.0.1' }, [], undefined],
  ])('%s: that one, without a word', async (_, environment, args, kubeconfig) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    await serve(...args);
    expect(startSimulation).not.toHaveBeenCalled();
    expect(served()).toEqual([kubeconfig]);
    expect(printed).toBe('');
  });

  it('the simulated one when $KUBECONFIG is /dev/null, which names none', async () => {
    vi.stubEnv('KUBECONFIG', '/dev/null');
    await serve();
    expect(served()).toEqual(['/simulated/kubeconfig']);
  });

  it('none, without a word, when no scenario is called so', async () => {
    await expect(serve('--simulate=nonsense')).rejects.toThrow('--simulate "nonsense": no scenario is called so; allowed are demo, quiet');
    expect(printed).toBe('');
    expect(startSimulation).not.toHaveBeenCalled();
  });

  it('the simulated one when it is asked for, whatever is configured', async () => {
    vi.stubEnv('KUBECONFIG', '/harbour');
    await serve('--simulate=quiet');
    expect(startSimulation).toHaveBeenCalledExactlyOnceWith('quiet');
    expect(served()).toEqual(['/simulated/kubeconfig']);
    expect(printed).toMatch(/^aggregated-api-exporter: this serves a simulated cluster, scenario "quiet"/);
  });
});

describe('several clusters', () => {
  const file = join(folder, 'clusters.yaml');
  beforeEach(() => writeFileSync(file, 'clusters: [{name: quay, kubeconfig: /quay, context: admin}, {name: pier}]\n'));

  it('are those of the configuration, and no simulated one', async () => {
    await serve('--config.file', file);
    expect(startSimulation).not.toHaveBeenCalled();
    const [{ connect, config: read }] = vi.mocked(runExporter).mock.calls[0]!;
    const asked = read.clusters.map((cluster) => {
      connect(read, { log: SILENT }, cluster);
      const { kubeconfig, context } = vi.mocked(observeCluster).mock.lastCall![0];
      return [kubeconfig, context];
    });
    expect(asked).toEqual([
      ['/quay', 'admin'],
      [undefined, undefined],
    ]);
  });

  it.each<[string, string[], string]>([
    ['an elected leader', ['--leader-election'], 'leader_election.enabled: a Lease is of one cluster'],
    ['a kubeconfig for one', ['--kubeconfig=/harbour'], '--kubeconfig: the configuration names the clusters'],
    ['a context for one', ['--context=harbour'], '--context: the configuration names the clusters'],
    ['a simulated one', ['--simulate'], '--simulate: the configuration names the clusters'],
  ])('do not go together with %s', async (_, args, problem) => {
    for (const also of [[], ['--config.check']]) await expect(serve('--config.file', file, ...args, ...also)).rejects.toThrow(problem);
    expect(runExporter).not.toHaveBeenCalled();
  });

  it('are told by --config.check whose kubeconfig is not there', async () => {
    await expect(serve('--config.file', file, '--config.check')).rejects.toThrow('clusters.0 (quay): /quay: ENOENT');
  });
});

describe('the configuration', () => {
  const file = join(folder, 'config.yaml');
  it("is the simulator's own, unless a file is given", async () => {
    await serve();
    expect(config().probe.interval).toBe(2000);
  });

  it('is the file that is given, with the flags over it', async () => {
    writeFileSync(file, 'probe: {interval: 30s}\nlog: {level: debug}\nweb: {listen_addresses: [":1"]}\n');
    await serve('--config.file', file, '--log.level=warn', '--web.listen-address=:2', '--web.listen-address=[::1]:3');
    expect(config()).toMatchObject({ probe: { interval: 30_000 }, log: { level: 'warn' }, web: { listen_addresses: [':2', '[::1]:3'] } });
  });

  it('has the shard of the flag before that of the file', async () => {
    writeFileSync(file, 'apis: {shard: 1/4, exclude: [v1.tides.example.com]}\n');
    await serve('--config.file', file, '--shard=2/3');
    expect(config().apis).toEqual({ exclude: ['v1.tides.example.com'], shard: { index: 2, count: 3 } });
  });

  it('is only checked with --config.check', async () => {
    writeFileSync(file, '');
    await serve('--config.file', file, '--config.check');
    expect(printed).toBe('the configuration is valid\n');
    expect(runExporter).not.toHaveBeenCalled();
  });

  const webConfig = join(folder, 'web.yml');
  it.each<[string, string, string[], string[]]>([
    ['a port that is none', 'web: {listen_addresses: [":99999"]}', [], ['web.listen_addresses.0: ":99999": ', 'a port from 0 to 65535']],
    ['an address that is none', '', ['--web.listen-address=nonsense'], ['listen address "nonsense": :port, host:port']],
    [
      'a web configuration that is not there',
      'web: {config_file: /nowhere/web.yml}',
      [],
      ['cannot read the web configuration /nowhere/web.yml'],
    ],
    ['the same as a flag', '', ['--web.config.file=/nowhere/web.yml'], ['cannot read the web configuration /nowhere/web.yml']],
    ['a web configuration that is not well', '', [`--web.config.file=${webConfig}`], ['web.yml: basic_auth_users.crane: a bcrypt hash']],
    [
      'a device in the place of the state',
      'diagnosis: {state_file: /dev/full}',
      [],
      ['diagnosis.state_file "/dev/full" is a character device'],
    ],
    ['a device in the place of the incidents', '', ['--incidents.file=/dev/full'], ['incidents.file "/dev/full" is a character device']],
    ['incidents in a folder that is not there', 'incidents: {file: /nowhere/i}', [], ["the folder /nowhere can't be written"]],
    ['a state in a folder that is not there', 'diagnosis: {state_file: /nowhere/state}', [], ["the folder /nowhere can't be written"]],
    [
      'signatures that are not there',
      'logs: {signatures_file: /nowhere/signatures.yml}',
      [],
      ['logs.signatures_file: "/nowhere/signatures.yml"'],
    ],
    ['a Lease that is nowhere', '', ['--leader-election'], ['leader_election.namespace: where the Lease is kept is known in a pod only']],
    ['a shard of none', '', ['--shard=0/0'], ['--shard "0/0": i/n is allowed, such as 0/3, with n from 1 to 100 and i from 0 to n - 1']],
    ['a shard beyond the last', '', ['--shard=3/2'], ['--shard "3/2": i/n is allowed']],
    ['a shard of letters', '', ['--shard=a/b'], ['--shard "a/b": i/n is allowed']],
    ['a kubeconfig that is not there', '', ['--kubeconfig=/nowhere/kubeconfig'], ['/nowhere/kubeconfig: ENOENT']],
    ['a scenario that is not there', '', ['--simulate=nonsense'], ['--simulate "nonsense"']],
    [
      'a bracket that is never closed',
      'a: [1\n',
      [],
      ['not YAML: line 2, column 1: a bracket, brace or quote that was opened before is not closed'],
    ],
    [
      'all at once',
      'web: {listen_addresses: [":99999"]}',
      ['--web.listen-address=nonsense', '--web.config.file=/nowhere/web.yml'],
      ['":99999"', '"nonsense"', '/nowhere/web.yml'],
    ],
  ])('with %s does not pass --config.check', async (_, text, args, words) => {
    writeFileSync(file, text);
    writeFileSync(webConfig, 'basic_auth_users: {crane: secret}');
    const problem = await serve('--config.check', '--config.file', file, ...args).then(
      () => 'valid',
      (error: Error) => error.message,
    );
    for (const word of words) expect(problem).toContain(word);
    expect(printed).toBe('');
  });

  it('is refused with all that is wrong with it', async () => {
    writeFileSync(file, 'tides: 1\nprobe: {interval: 0s}\n');
    await expect(serve('--config.file', file)).rejects.toThrow(
      /config\.yaml is not a valid configuration:\n {2}probe\.interval: .*\n {2}tides: unknown key/,
    );
    await expect(serve('--config.file', '/nowhere.yaml')).rejects.toThrow("--config.file /nowhere.yaml can't be read");
    expect(runExporter).not.toHaveBeenCalled();
  });

  it.each([['--log.level=loud'], ['--log.format=xml'], ['--tides']])('%s is refused', async (flag) => {
    await expect(serve(flag)).rejects.toThrow();
    expect(runExporter).not.toHaveBeenCalled();
  });
});

it('stops the simulated cluster when it is told to end', async () => {
  const stop = vi.fn();
  vi.mocked(startSimulation).mockResolvedValue({ kubeconfig: '/simulated/kubeconfig', stop });
  vi.mocked(runExporter).mockImplementation(({ stop: signal }) => {
    expect(stop).not.toHaveBeenCalled();
    for (const listener of ours()) listener('SIGTERM');
    expect(signal.aborted).toBe(true);
    return Promise.resolve();
  });
  await serve('--simulate');
  expect(stop).toHaveBeenCalledOnce();
  rmSync(folder, { recursive: true });
});
