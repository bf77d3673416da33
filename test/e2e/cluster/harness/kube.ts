import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { KeyPair } from './pki.ts';

/** An object as the API serves it; the harness reads few fields and spells them where it uses them. */
export type KubeObject = any;

export class KubeError extends Error {
  readonly status: number;
  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path}: ${status} ${body.slice(0, 300)}`);
    this.status = status;
  }
}

/** The administrator's client of the harness. */
export class Kube {
  readonly server: string;
  private readonly agent: Agent;

  /** @param servername what the certificate has to name where that is not the host of `server`. */
  constructor(server: string, caFile: string, identity: KeyPair, servername?: string) {
    this.server = server;
    this.agent = new Agent({
      keepAlive: true,
      ...(servername === undefined ? {} : { servername }),
      ca: readFileSync(caFile),
      cert: readFileSync(identity.certFile),
      key: readFileSync(identity.keyFile),
    });
  }

  get(path: string): Promise<KubeObject> {
    return this.send('GET', path);
  }

  create(path: string, object: object): Promise<KubeObject> {
    return this.send('POST', path, object);
  }

  async remove(path: string, options: object = {}): Promise<void> {
    await this.send('DELETE', path, options).catch((error: unknown) => {
      if (!(error instanceof KubeError && error.status === 404)) throw error;
    });
  }

  patch(path: string, change: object, kind: 'merge' | 'strategic-merge' | 'json' = 'merge'): Promise<KubeObject> {
    return this.send('PATCH', path, change, `application/${kind}-patch+json`);
  }

  /** Server-side apply: creates or changes. */
  apply(path: string, object: object): Promise<KubeObject> {
    return this.send('PATCH', `${path}?fieldManager=e2e&force=true`, object, 'application/apply-patch+yaml');
  }

  close(): void {
    this.agent.destroy();
  }

  /** Any request, any status. */
  raw(
    method: string,
    path: string,
    body?: object,
    contentType = 'application/json',
    timeoutMs = 20_000,
  ): Promise<{ status: number; body: string }> {
    const content = body ? Buffer.from(JSON.stringify(body)) : undefined;
    // Node sends the body of a DELETE without its length, and the server takes it for the next request.
    const headers = content ? { 'content-type': contentType, 'content-length': content.length } : {};
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, this.server), { method, agent: this.agent, headers, timeout: timeoutMs }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
        answer.on('error', reject);
      });
      call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer within ${timeoutMs} ms`)));
      call.on('error', reject);
      call.end(content);
    });
  }

  private async send(method: string, path: string, body?: object, contentType?: string): Promise<KubeObject> {
    const answer = await this.raw(method, path, body, contentType);
    if (answer.status >= 300) throw new KubeError(method, path, answer.status, answer.body);
    return JSON.parse(answer.body);
  }
}
