import { readBoundedFile } from '../files/bounded-file.ts';
import { endpointOf, getText } from '../net/get.ts';

const TIMEOUT_MS = 10_000;
/** As many incidents as an exporter answers, each as long as one can be. */
const MOST_BYTES = 64 * 2 ** 20;

/** A running exporter. */
export interface ExporterAddress {
  /** e.g. http://localhost:9944; a path prefix is kept. */
  readonly url: string;
  /** File with a bearer token for it; read at each question, because tokens are rotated. */
  readonly tokenFile?: string;
}

export interface Question {
  /** e.g. /api/v1/status */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Media type that is wanted; default application/json. */
  readonly accept?: string;
  /** Statuses that are an answer; default 200 alone. */
  readonly answers?: readonly number[];
}

export interface ExporterAnswer {
  readonly status: number;
  readonly text: string;
  /** Who answered, for messages: without query, user and password. */
  readonly shown: string;
}

/** @param flag that gave the address, for messages. @throws Error that says what was asked and what was answered. */
export async function askExporter(exporter: ExporterAddress, question: Question, flag: string): Promise<ExporterAnswer> {
  const target = urlOf(exporter.url, question, flag);
  const token = exporter.tokenFile === undefined ? undefined : readBoundedFile(exporter.tokenFile).trim();
  const shown = `${target.origin}${target.pathname}`;
  const { status, text } = await getText({
    ...endpointOf(target),
    path: `${target.pathname}${target.search}`,
    headers: { accept: question.accept ?? 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    timeoutMs: TIMEOUT_MS,
    maxBytes: MOST_BYTES,
  }).catch((error: Error) => {
    throw new Error(`${shown} does not answer: ${error.message}; ${flag} names where an exporter runs`, { cause: error });
  });
  if (!(question.answers ?? [200]).includes(status)) throw new Error(`${shown} answers ${status}: ${text.trim().slice(0, 300)}`);
  return { status, text, shown };
}

/** The JSON of an answer. @throws Error when it is none of that schema. */
export function bodyOf<T extends { readonly schema: string }>({ text, shown }: ExporterAnswer, schema: T['schema']): Partial<T> {
  const body = jsonOf(text) as Partial<T> | undefined | null;
  if (body?.schema !== schema)
    throw new Error(`${shown} answers with ${JSON.stringify(body?.schema ?? text.slice(0, 100))}; ${schema} is understood`);
  return body;
}

function urlOf(text: string, { path, query = {} }: Question, flag: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new Error(`${flag} ${JSON.stringify(text)}: an http:// or https:// URL without a query is allowed`);
  url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
