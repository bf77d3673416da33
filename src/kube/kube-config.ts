import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { load } from 'js-yaml';
import { readBoundedFile } from '../files/bounded-file.ts';
import { yamlProblem } from '../files/yaml-problem.ts';
import { createPluginAuthenticator, withOwnPlugin } from './exec-plugin.ts';
import { checkEntries, type RawKubeConfig, wholeUsers, withNobody, withoutKnown } from './kube-config-gaps.ts';

/** Where the kubelet mounts what belongs to the pod's ServiceAccount. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const SERVICE_ACCOUNT_TOKEN = join(SERVICE_ACCOUNT, 'token');

/** `none`: nothing on this machine names a cluster. `invalid`: something does, and it can't be used; the message says what and why. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
  readonly kind: 'none' | 'invalid';

  constructor(kind: 'none' | 'invalid', message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export interface KubeConfigSource {
  /** Path of a kubeconfig file. Default: $KUBECONFIG, ~/.kube/config, then the pod's own ServiceAccount. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

/**
 * The credentials and the server to use, found as kubectl finds them. Throws KubeConfigError.
 * Exec plugins, token files and the in-cluster token are read again by the client, not here.
 */
export function loadKubeConfig(source: KubeConfigSource = {}, env: NodeJS.ProcessEnv = process.env): KubeConfig {
  const files = kubeConfigFiles(source, env);
  const kubeConfig = files.length > 0 ? fromFiles(files) : inCluster(env);
  if (source.context !== undefined) selectContext(kubeConfig, source.context);
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster)
    throw new KubeConfigError(
      'invalid',
      `${files.join(delimiter)}: current-context ${JSON.stringify(kubeConfig.getCurrentContext() ?? '')} names no cluster; allowed: ${namesOf(kubeConfig)}`,
    );
  if (!URL.canParse(cluster.server))
    throw new KubeConfigError('invalid', `cluster ${cluster.name}: server ${JSON.stringify(cluster.server)} is not a URL`);
  return withNobody(cluster.server.startsWith('http:') ? allowPlainHttp(kubeConfig) : kubeConfig);
}

/**
 * The kubeconfig files that are to be read; none = the pod's own ServiceAccount, if there is one. A file without anything in it, such as
 * /dev/null, names no cluster, as with kubectl: `KUBECONFIG=/dev/null` is how people say "not my clusters".
 */
export function kubeConfigFiles(source: KubeConfigSource = {}, env: NodeJS.ProcessEnv = process.env): string[] {
  return filesOf(source, env).filter((file) => !isEmpty(file));
}

function filesOf(source: KubeConfigSource, env: NodeJS.ProcessEnv): string[] {
  if (source.kubeconfig !== undefined) return [source.kubeconfig];
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  // kubectl too skips the files of the list that don't exist, unless none does.
  if (listed.length > 0) return listed.some((file) => existsSync(file)) ? listed.filter((file) => existsSync(file)) : listed;
  const home = env.HOME ?? homeOfUser();
  const file = home === undefined ? undefined : join(home, '.kube', 'config');
  return file !== undefined && existsSync(file) ? [file] : [];
}

/** A container may run as a user that its /etc/passwd does not know: Node throws there, and nobody's home has no kubeconfig. */
function homeOfUser(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

/** What can't be read is not empty: its error is told when it is used. */
function isEmpty(file: string): boolean {
  try {
    return readBoundedFile(file).trim() === '';
  } catch {
    return false;
  }
}

function fromFiles(files: readonly string[]): KubeConfig {
  const merged = new KubeConfig();
  merged.addAuthenticator(createPluginAuthenticator());
  for (const [index, file] of files.entries()) {
    const one = fromFile(file);
    if (index === 0) merged.loadFromOptions(one);
    else
      try {
        merged.mergeConfig(withoutKnown(one, merged), Boolean(merged.currentContext));
      } catch (error) {
        throw new KubeConfigError('invalid', `${file}: ${(error as Error).message}`, { cause: error });
      }
  }
  return merged;
}

function fromFile(file: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    const text = readBoundedFile(file);
    const raw = objectIn(text);
    checkEntries(raw);
    kubeConfig.loadFromString(text);
    kubeConfig.makePathsAbsolute(dirname(file));
    kubeConfig.users = wholeUsers(kubeConfig.users, raw).map((user) => withOwnPlugin(user));
  } catch (error) {
    throw new KubeConfigError('invalid', `${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return kubeConfig;
}

/** @throws Error when the text is something else than a kubeconfig. */
function objectIn(text: string): RawKubeConfig {
  let raw: unknown;
  try {
    raw = load(text);
  } catch (error) {
    throw new Error(`no kubeconfig, and not YAML: ${yamlProblem(error)}`, { cause: error });
  }
  // One of several files may hold only a part.
  if (isObject(raw) && ['clusters', 'contexts', 'users', 'current-context'].some((key) => key in raw)) return raw;
  const kind = !isObject(raw) ? 'a text' : 'kind' in raw ? `an object of kind ${JSON.stringify(raw.kind)}` : 'something else';
  throw new Error(`no kubeconfig, but ${kind}; YAML or JSON with clusters, contexts and users is allowed`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function inCluster(env: NodeJS.ProcessEnv): KubeConfig {
  if (!env.KUBERNETES_SERVICE_HOST || !existsSync(SERVICE_ACCOUNT_TOKEN))
    throw new KubeConfigError(
      'none',
      'no cluster is configured: --kubeconfig, $KUBECONFIG, ~/.kube/config or a pod’s ServiceAccount names one; a file that is empty names none',
    );
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromCluster();
  return kubeConfig;
}

/**
 * Whether this process is on the network of the cluster whose server it asks, so that an address out of the cluster's objects is
 * the cluster's and nobody else's.
 *
 * A pod has the files of its ServiceAccount, and the address of its kube-apiserver in the environment; one of them alone is
 * found elsewhere too (an environment that was exported to a desk, a folder that was mounted). A pod of another cluster has
 * both, and asks another server. A kubeconfig does not make a pod an outsider when it names the pod's own server. With
 * hostNetwork a pod is inside all the same: nodes reach pods and Services (the Kubernetes network model).
 * @param folder of the ServiceAccount's files.
 */
export function isInCluster(server: URL, env: NodeJS.ProcessEnv = process.env, folder = SERVICE_ACCOUNT): boolean {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (!host || !['token', 'ca.crt'].every((file) => existsSync(join(folder, file)))) return false;
  const asked = server.hostname.replace(/^\[|\]$/g, '');
  if (/^kubernetes(\.default(\.svc(\..+)?)?)?$/.test(asked)) return true;
  return asked === host.toLowerCase() && (server.port || (server.protocol === 'http:' ? '80' : '443')) === port;
}

/** Of the pod that we run in; undefined elsewhere. */
export function podNamespace(folder = SERVICE_ACCOUNT): string | undefined {
  try {
    return readBoundedFile(join(folder, 'namespace')).trim() || undefined;
  } catch {
    return undefined;
  }
}

function selectContext(kubeConfig: KubeConfig, context: string): void {
  if (!kubeConfig.getContextObject(context))
    throw new KubeConfigError('invalid', `context ${JSON.stringify(context)} does not exist; allowed: ${namesOf(kubeConfig)}`);
  kubeConfig.setCurrentContext(context);
}

function namesOf(kubeConfig: KubeConfig): string {
  return (kubeConfig.contexts ?? []).map((context) => context.name).join(', ') || 'none is defined';
}

/** `kubectl proxy` speaks plain HTTP on loopback; KubeConfig refuses that unless verification is off. */
function allowPlainHttp(kubeConfig: KubeConfig): KubeConfig {
  kubeConfig.clusters = kubeConfig.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  return kubeConfig;
}
