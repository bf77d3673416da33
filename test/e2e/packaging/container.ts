import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ImageConfig, type Index, Layout, type Manifest } from '../../../scripts/packaging/image/layout.ts';
import { writeBaseLayout } from '../../support/base-layout.ts';

const run = promisify(execFile);

/**
 * A base with this machine's Node where the real one has its own, and the libraries that it needs: there is no registry here. That of arm64
 * holds nothing that runs. Returns the digest of its index.
 */
export function writeStandInBase(folder: string): string {
  const root = mkdtempSync(`${folder}-root-`);
  const copy = (from: string, to: string) => execFileSync('install', ['-D', '-m', '0755', from, join(root, to)]);
  copy(process.execPath, 'nodejs/bin/node');
  for (const [, library] of execFileSync('ldd', [process.execPath], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g))
    copy(library!, library!);
  for (const empty of ['proc', 'dev', 'tmp', 'etc']) mkdirSync(join(root, empty));
  chmodSync(root, 0o755);
  const layer = execFileSync('tar', ['-c', '-C', root, '.'], { maxBuffer: 1 << 30 });
  const config = { Env: ['PATH=/nodejs/bin'], User: '0', WorkingDir: '/' };
  mkdirSync(folder);
  return writeBaseLayout(folder, [
    { architecture: 'amd64', layer, config },
    { architecture: 'arm64', layer: execFileSync('tar', ['-c', '-C', root, 'etc']), config },
  ]);
}

export interface Unpacked {
  readonly config: NonNullable<ImageConfig['config']>;
  readonly root: string;
  /** Bytes of the layers, compressed, the base's first. */
  readonly layerBytes: readonly number[];
}

/** The root file system of an image in an OCI archive, layer upon layer, and how it is to be run. */
export function unpackImage(archive: string, architecture: string, folder: string): Unpacked {
  const layout = join(folder, 'layout');
  const root = join(folder, 'root');
  for (const one of [layout, root]) mkdirSync(one, { recursive: true });
  execFileSync('tar', ['-x', '-f', archive, '-C', layout]);
  const image = new Layout(layout);
  const { manifests } = image.json<Index>(image.named()[0]!.digest);
  const { layers, config } = image.json<Manifest>(manifests.find(({ platform }) => platform?.architecture === architecture)!.digest);
  for (const { digest } of layers) execFileSync('tar', ['-x', '-z', '-C', root], { input: image.blob(digest) });
  return { root, config: image.json<ImageConfig>(config.digest).config!, layerBytes: layers.map(({ size }) => size) };
}

const userOf = (config: Unpacked['config']) => {
  const [user, group] = config.User!.split(':') as [string, string];
  return [`--setuid=${user}`, `--setgid=${group}`];
};

/** Files of the host in the container, by their paths in it, as a kubelet mounts them. */
type Mounts = Readonly<Record<string, string>>;

/**
 * Runs the image as a kubelet has it run: process 1 of its own, its user without any right, a root that is read-only with /tmp as a volume, its
 * own environment. The network is that of the caller.
 */
export function startContainer({ root, config }: Unpacked, args: readonly string[] = config.Cmd!, mounts: Mounts = {}): ChildProcess {
  const script = [
    'set -e',
    `mount --bind ${root} ${root}`,
    `mount -t proc proc ${root}/proc`,
    `mount --rbind /dev ${root}/dev`,
    `mount -t tmpfs -o mode=1777 tmpfs ${root}/tmp`,
    ...Object.entries(mounts).flatMap(([path, from]) => [`touch ${root}${path}`, `mount --bind ${from} ${root}${path}`]),
    `mount -o remount,bind,ro ${root}`,
    `exec unshare --root=${root} --wd=${config.WorkingDir} ${userOf(config).join(' ')} -- "$@"`,
  ].join('\n');
  return spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', '--', 'sh', '-c', script, 'sh', ...config.Entrypoint!, ...args], {
    env: environmentOf(config),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** For `unshare` and `mount` on this machine; the image's own PATH would not find them. */
function environmentOf({ Env = [] }: Unpacked['config']): NodeJS.ProcessEnv {
  return { ...Object.fromEntries(Env.map((pair) => pair.split(/=(.*)/s))), PATH: process.env.PATH };
}

/** Runs the image to its end. */
export async function runContainer(
  image: Unpacked,
  args: readonly string[],
  mounts: Mounts = {},
): Promise<{ code: number; out: string; err: string }> {
  const child = startContainer(image, args, mounts);
  const texts = [child.stdout!, child.stderr!].map((stream) => stream.setEncoding('utf8').toArray());
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1)));
  const [out, err] = (await Promise.all(texts)).map((chunks) => chunks.join('')) as [string, string];
  return { code, out, err };
}

/** The first process of a container, as this machine numbers it. */
export async function firstProcess(child: ChildProcess): Promise<number> {
  for (let i = 0; i < 300; i++) {
    const [pid] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
    if (pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('main.js')) return Number(pid);
    await sleep(50);
  }
  throw new Error('the container has no process');
}

/** Runs a command beside the first process of a container, as `kubectl exec` and health checks do. */
export function inContainer(pid: number, { config }: Unpacked, command: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const into = ['--target', String(pid), '--mount', '--pid', '--root', '--wd', ...userOf(config)];
  return run('nsenter', [...into, '--', ...command], { env: environmentOf(config) });
}

/** The Dockerfile on another base. */
export function writeDockerfile(path: string, digest: string): void {
  const text = readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8');
  const begin = text.lastIndexOf('\nFROM ');
  writeFileSync(path, `${text.slice(0, begin)}${text.slice(begin).replace(/@sha256:[0-9a-f]{64}/, `@${digest}`)}`);
}
