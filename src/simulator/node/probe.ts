import { request } from 'node:https';

/** Outcome of a kubelet probe; the words are those of its event. */
export type ProbeOutcome = { readonly ok: true } | { readonly ok: false; readonly words: string };

/** An HTTPS probe as the kubelet makes it: no verification, no credentials, a fresh connection. Never rejects. */
export function probeContainer(host: string, port: number, path: string, timeoutMs: number): Promise<ProbeOutcome> {
  const url = `https://${host}:${port}${path}`;
  return new Promise((resolve) => {
    const failed = (words: string) => resolve({ ok: false, words });
    const outgoing = request(
      { host, port, path, rejectUnauthorized: false, agent: false, headers: { 'User-Agent': 'kube-probe/1.36' } },
      (response) => {
        clearTimeout(timer);
        response.resume();
        response.on('error', () => {});
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 400) resolve({ ok: true });
        else failed(`HTTP probe failed with statuscode: ${status}`);
      },
    );
    const timer = setTimeout(() => {
      failed(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`);
      outgoing.destroy();
    }, timeoutMs);
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      failed(`Get "${url}": ${WORDS.get(error.code ?? '')?.(host, port) ?? 'EOF'}`);
    });
    outgoing.end();
  });
}

const WORDS: ReadonlyMap<string, (host: string, port: number) => string> = new Map(
  Object.entries<(host: string, port: number) => string>({
    ECONNREFUSED: (host, port) => `dial tcp ${host}:${port}: connect: connection refused`,
    ECONNRESET: (host, port) => `read tcp ${host}:0->${host}:${port}: read: connection reset by peer`,
    EPROTO: () => 'http: server gave HTTP response to HTTPS client',
  }),
);
