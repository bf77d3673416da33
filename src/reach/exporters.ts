import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import { createDeadline } from '../net/deadline.ts';
import { headOf } from '../net/get.ts';
import { streamBody } from '../net/stream-body.ts';
import { LARGEST, type Orders, parseOrders, REPORT_PATH, type Report } from './protocol.ts';

export interface ExportersOptions {
  /** Of exporters, e.g. https://aggregated-api-exporter-agents.monitoring.svc:9945. Behind one name there may be several, by its addresses. */
  readonly urls: readonly URL[];
  /** Of the CA that their certificates lead to. Read again for each connection. */
  readonly caFile: string;
  /** Of our own token. Read again for each report: the kubelet renews it. */
  readonly tokenFile: string;
}

/** One exporter that is reported to. */
export interface Exporter {
  /** `address of name`, for the log. */
  readonly name: string;
  /** @throws Error that says what was answered, or that nothing was. The token goes to nobody whose certificate was not verified. */
  report(report: Report): Promise<Orders>;
  close(): void;
}

/** More of one name are not reported to. */
const MOST_ADDRESSES = 16;
const TIMEOUT_MS = 10_000;

/** Every exporter behind the names, found anew each time; one whose address is as before is the same as before. */
export class Exporters {
  readonly #options: ExportersOptions;
  #known = new Map<string, Exporter>();

  constructor(options: ExportersOptions) {
    this.#options = options;
  }

  /** While a name does not resolve its exporters are those that it led to before. @returns what is wrong with names, in words. */
  async find(): Promise<readonly string[]> {
    const problems: string[] = [];
    const found = new Map<string, Exporter>();
    for (const url of this.#options.urls) {
      try {
        for (const address of await addressesOf(url)) {
          const key = `${url.origin} ${address}`;
          found.set(key, this.#known.get(key) ?? createExporter(url, address, this.#options));
        }
      } catch (error) {
        problems.push(`${url.hostname}: ${error instanceof Error ? error.message : String(error)}`);
        for (const [key, one] of this.#known) if (key.startsWith(`${url.origin} `)) found.set(key, one);
      }
    }
    for (const [key, one] of this.#known) if (!found.has(key)) one.close();
    this.#known = found;
    return problems;
  }

  all(): readonly Exporter[] {
    return [...this.#known.values()];
  }

  close(): void {
    for (const one of this.#known.values()) one.close();
  }
}

async function addressesOf({ hostname }: URL): Promise<string[]> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return [host];
  const found = await lookup(host, { all: true });
  return found.slice(0, MOST_ADDRESSES).map(({ address }) => address);
}

function createExporter(url: URL, address: string, { caFile, tokenFile }: ExportersOptions): Exporter {
  const servername = url.hostname.replace(/^\[|\]$/g, '');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    name: address === servername ? address : `${address} of ${servername}`,
    async report(report) {
      const [ca, token] = await Promise.all([readFile(caFile, 'utf8'), readFile(tokenFile, 'utf8')]);
      const body = JSON.stringify(report);
      const deadline = createDeadline(TIMEOUT_MS);
      try {
        const call = request({
          ...{
            host: address,
            port: Number(url.port || 443),
            method: 'POST',
            path: `${url.pathname.replace(/\/$/, '')}${REPORT_PATH}`,
            agent,
            ca,
          },
          // The name is what the certificate has to hold, whichever of its addresses this is.
          ...(isIP(servername) === 0 && { servername }),
          headers: {
            host: url.host,
            authorization: `Bearer ${token.trim()}`,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          },
        });
        const answer = await headOf(call.end(body), deadline.signal);
        const pieces: Uint8Array[] = [];
        await streamBody(answer, (piece) => pieces.push(piece), { maxBytes: LARGEST.text, timeoutMs: TIMEOUT_MS });
        const text = Buffer.concat(pieces).toString('utf8');
        if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${text.slice(0, 200).trim()}`);
        return parseOrders(text);
      } finally {
        deadline.met();
      }
    },
    close: () => agent.destroy(),
  };
}
