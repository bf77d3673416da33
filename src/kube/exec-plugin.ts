import { spawn } from 'node:child_process';
import type { RequestOptions } from 'node:https';
import type { User } from '@kubernetes/client-node';

/** A credential plugin of a kubeconfig (`users[].user.exec`), client.authentication.k8s.io. */
export interface ExecPlugin {
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly apiVersion?: string;
}

interface Credential {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  /** Unix milliseconds; undefined: it is asked for again each time. */
  readonly expires?: number;
}

/** A plugin that asks for a login in a browser that nobody sees waits for ever. */
const DEADLINE_MS = 30_000;
const MAX_OUTPUT = 2 ** 20;
const PROVIDER = 'exec-plugin';

/** The user with its plugin where only `createPluginAuthenticator` finds it: KubeConfig's own way waits for ever, and quotes its output. */
export function withOwnPlugin(user: User): User {
  const plugin = user.exec as ExecPlugin | undefined;
  if (typeof plugin?.command !== 'string' || plugin.command === '') return user;
  const { exec: _, ...rest } = user;
  return { ...rest, authProvider: { name: PROVIDER, config: { plugin } } };
}

/** For KubeConfig.addAuthenticator: asks the plugin, within a deadline. What it prints is never told: it may hold a credential. */
export function createPluginAuthenticator({ deadlineMs = DEADLINE_MS }: { readonly deadlineMs?: number } = {}) {
  const kept = new Map<string, Credential>();
  return {
    isAuthProvider: (user: User): boolean => user.authProvider?.name === PROVIDER,
    async applyAuthentication(user: User, options: RequestOptions): Promise<void> {
      const plugin = (user.authProvider?.config as { plugin?: ExecPlugin } | undefined)?.plugin;
      if (!plugin) return;
      let credential = kept.get(user.name);
      if (!credential?.expires || credential.expires <= Date.now()) credential = await ask(plugin, deadlineMs);
      kept.set(user.name, credential);
      if (credential.clientCertificateData !== undefined) options.cert = credential.clientCertificateData;
      if (credential.clientKeyData !== undefined) options.key = credential.clientKeyData;
      if (credential.token !== undefined) options.headers = { ...options.headers, Authorization: `Bearer ${credential.token}` };
    },
  };
}

/** @throws Error that names the plugin and what went wrong, and nothing of what it printed. */
function ask(plugin: ExecPlugin, deadlineMs: number): Promise<Credential> {
  const { command, args = [], env = [], apiVersion = 'client.authentication.k8s.io/v1' } = plugin;
  const info = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive: false } });
  return new Promise((resolve, reject) => {
    // A group of its own, so that what it started ends with it.
    const child = spawn(command, [...args], {
      env: { ...process.env, ...Object.fromEntries(env.map(({ name, value }) => [name, value])), KUBERNETES_EXEC_INFO: info },
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    const fail = (why: string) => {
      clearTimeout(timer);
      endGroup(child.pid);
      reject(new Error(`exec plugin ${command}: ${why}`));
    };
    const timer = setTimeout(() => fail(`gave no credential within ${deadlineMs / 1000} s, and was ended`), deadlineMs);
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_OUTPUT) fail(`printed more than ${MAX_OUTPUT} bytes`);
      else chunks.push(chunk);
    });
    child.on('error', (error: NodeJS.ErrnoException) => fail(error.code === 'ENOENT' ? 'there is no such program' : error.message));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code !== 0) return fail(`ended with ${code === null ? signal : `exit code ${code}`}; run it by hand to see what it says`);
      const credential = credentialIn(Buffer.concat(chunks).toString('utf8'));
      if (credential) resolve(credential);
      else fail(`printed ${bytes} bytes that are no ExecCredential with a token or a certificate (not shown: they may hold a secret)`);
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function credentialIn(output: string): Credential | undefined {
  let status: Record<string, unknown> | undefined;
  try {
    status = (JSON.parse(output) as { status?: Record<string, unknown> } | null)?.status;
  } catch {
    return undefined;
  }
  if (typeof status !== 'object' || status === null) return undefined;
  const text = (field: string): string | undefined => (typeof status[field] === 'string' ? status[field] : undefined);
  const [token, clientCertificateData, clientKeyData] = [text('token'), text('clientCertificateData'), text('clientKeyData')];
  if (token === undefined && clientCertificateData === undefined) return undefined;
  const expires = Date.parse(text('expirationTimestamp') ?? '');
  return {
    ...(token !== undefined && { token }),
    ...(clientCertificateData !== undefined && { clientCertificateData }),
    ...(clientKeyData !== undefined && { clientKeyData }),
    ...(!Number.isNaN(expires) && { expires }),
  };
}
