import type { Context, KubeConfig, User } from '@kubernetes/client-node';
import type { HeaderValues } from './api.ts';

/**
 * What @kubernetes/client-node 1.4.0 leaves out of a kubeconfig, or reads otherwise than kubectl. What kubectl does was measured
 * with k8s.io/client-go v0.36.3 (tools/clientcmd, rest) on the same files; `findings/` holds the comparison.
 */
export interface RawKubeConfig {
  readonly clusters?: readonly { readonly name: string; readonly cluster?: Readonly<Record<string, unknown>> }[];
  readonly users?: readonly { readonly name: string; readonly user?: RawUser }[];
}

interface RawUser extends Readonly<Record<string, unknown>> {
  readonly tokenFile?: string;
  readonly as?: string;
  readonly 'as-uid'?: string;
  readonly 'as-groups'?: readonly string[];
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>>;
}

/** A user with what KubeConfig does not keep of it. */
export interface WholeUser extends User {
  /** Beside Impersonate-User, which KubeConfig sends itself. */
  readonly impersonation?: HeaderValues;
}

/** @throws Error for what kubectl refuses too, in its sense: two sources of one thing, a word where a truth value belongs. */
export function checkEntries({ clusters = [], users = [] }: RawKubeConfig): void {
  for (const { name, cluster } of clusters) if (cluster) checkCluster(`cluster ${name}`, cluster);
  for (const { name, user } of users) if (user) checkUser(`user ${name}`, user);
}

function checkCluster(where: string, cluster: Readonly<Record<string, unknown>>): void {
  onlyOne(where, cluster, 'certificate-authority');
  const skip = cluster['insecure-skip-tls-verify'];
  // `yes` is true in YAML 1.1, which kubectl reads, and a text in YAML 1.2: it would be taken for false.
  if (skip !== undefined && skip !== null && typeof skip !== 'boolean')
    throw new Error(`${where}: insecure-skip-tls-verify is ${JSON.stringify(skip)}; true or false is allowed`);
}

function checkUser(where: string, user: RawUser): void {
  onlyOne(where, user, 'client-certificate');
  onlyOne(where, user, 'client-key');
  if (!user.as && Object.keys(impersonationOf(user)).length > 0)
    throw new Error(`${where}: as-uid, as-groups and as-user-extra need a user in \`as\``);
}

/** KubeConfig would take the file, and kubectl refuses to choose. */
function onlyOne(where: string, entry: Readonly<Record<string, unknown>>, what: string): void {
  if (entry[what] && entry[`${what}-data`]) throw new Error(`${where}: ${what} and ${what}-data are both given; one of them is allowed`);
}

/** With its token file, which wins over a token, and with all that it impersonates. */
export function wholeUsers(users: readonly User[], raw: RawKubeConfig): WholeUser[] {
  const known = new Map((raw.users ?? []).map(({ name, user }) => [name, user] as const));
  return users.map((user) => {
    const entry = known.get(user.name);
    const tokenFile = entry?.tokenFile;
    return {
      ...user,
      ...(tokenFile && { authProvider: { name: 'tokenFile', config: { tokenFile } } }),
      ...(entry?.as && { impersonation: impersonationOf(entry) }),
    };
  });
}

function impersonationOf(user: RawUser): HeaderValues {
  const headers: Record<string, string | readonly string[]> = {};
  if (user['as-uid']) headers['impersonate-uid'] = user['as-uid'];
  if (user['as-groups']?.length) headers['impersonate-group'] = user['as-groups'];
  for (const [key, values] of Object.entries(user['as-user-extra'] ?? {})) headers[`impersonate-extra-${headerKey(key)}`] = values;
  return headers;
}

/** What may not stand in a name of a header is percent-encoded; kube-apiserver decodes it. */
function headerKey(key: string): string {
  return encodeURIComponent(key).replace(/[()]/g, (bracket) => `%${bracket.charCodeAt(0).toString(16)}`);
}

/** Of several files the first that names a cluster, a user or a context decides what it is; KubeConfig throws at the second. */
export function withoutKnown(file: KubeConfig, merged: KubeConfig): KubeConfig {
  const unknown = <T extends { readonly name: string }>(ones: readonly T[], known: readonly T[]): T[] =>
    ones.filter(({ name }) => !known.some((one) => one.name === name));
  file.clusters = unknown(file.clusters ?? [], merged.clusters ?? []);
  file.users = unknown(file.users ?? [], merged.users ?? []);
  file.contexts = unknown(file.contexts ?? [], merged.contexts ?? []);
  return file;
}

const NOBODY = '';

/** A context without a user that there is asks as nobody. KubeConfig would forget the cluster's CA with the user. */
export function withNobody(kubeConfig: KubeConfig): KubeConfig {
  const context = kubeConfig.getContextObject(kubeConfig.getCurrentContext());
  if (!context || kubeConfig.getCurrentUser()) return kubeConfig;
  kubeConfig.users = [...(kubeConfig.users ?? []), { name: NOBODY }];
  kubeConfig.contexts = kubeConfig.contexts.map((one: Context) => (one === context ? { ...one, user: NOBODY } : one));
  return kubeConfig;
}
