import type { Speaker } from '../../domain/snapshot.ts';
import { startsLogLine } from './lines.ts';

/** A message of several lines is put together up to here. */
const MAX_MESSAGE = 16_384;
const MAX_CONTINUATIONS = 30;

/** From whose mouth a line is, as far as the command before it or the line itself tells. */
export type Voice = Speaker | 'unknown';

const VOICE_OF_COMMAND: readonly (readonly [pattern: RegExp, voice: Voice])[] = [
  [
    /\blogs?\b.*\b(?:kube-apiserver|apiserver-kube|kube-system.*apiserver)|journalctl.*(?:kube-apiserver|kubelite|k3s|hyperkube)/i,
    'kube-apiserver',
  ],
  [/\blogs?\b/i, 'aggregated-server'],
  [/client output|\btop\b|helm\b|curl\b|get --raw|\bdelete\b|api-resources/i, 'client'],
];

export function voiceOfCommand(command: string): Voice {
  return VOICE_OF_COMMAND.find(([pattern]) => pattern.test(command))?.[1] ?? 'unknown';
}

/** Whose log carried a line, by the name of the pod, container or unit. Other names tell nothing: an aggregated server may be called anything. */
export function voiceOfCarrier(head: string): Voice | undefined {
  return head.includes('kube-apiserver') ? 'kube-apiserver' : undefined;
}

/** Source files of the kube-apiserver's aggregator in klog headers: nobody else logs from these. */
const AGGREGATOR_FILE = /\b(?:(?:remote_)?available_controller|handler_proxy|handler_discovery|openapi_aggregation|aggregator)\.go:\d/;

export function voiceOfLine(line: string): Voice | undefined {
  return AGGREGATOR_FILE.test(line.length > 240 ? line.slice(0, 240) : line) ? 'kube-apiserver' : undefined;
}

export interface Message {
  readonly text: string;
  readonly voice: Voice;
  /** APIs that it is about in so many words; empty = it names none. */
  readonly about: readonly string[];
  /** Unix milliseconds of its time stamp; absent where it has none. */
  readonly at?: number;
}

interface Open {
  text: string;
  readonly voice: Voice;
  readonly at: number | undefined;
  lines: number;
  /** It is of no log: only what is indented below it, and is no field of its own, goes on with it; where a quote is open, all until that closes. */
  readonly folded?: true | '"' | "'";
}

/**
 * YAML folds a message near column 80 and indents what follows (`kubectl get namespace -o yaml`), and so do terminals of `describe`.
 * These are the messages that are long and name the API and what happened to it at their two ends.
 */
const FOLDED =
  /(?:complete list|complete list of|retrieve the|server apis:|an error on the server|the server (?:is|could|is currently|was)|the server)$/i;
const FIELD = /^\s+(?:- )?[\w./-]{1,80}:(?:\s|$)|^\s+- /;

/** A condition's message in YAML: folded where it is so long, and in quotes where a colon is in it, which looks like a field's then. */
const MESSAGE = /^\s+(?:- )?message: (['"])?\S/;
const FOLDS_AT = 70;
const CLOSES: Readonly<Record<'"' | "'", RegExp>> = { '"': /(?:^|[^\\])"\s*$/, "'": /(?:^|[^'])'(?:'')*\s*$/ };

function foldOf(line: string): Open['folded'] {
  if (line.length < 40 || line.length > 200) return undefined;
  const [message, quote] = line.length < FOLDS_AT ? [] : (MESSAGE.exec(line) ?? []);
  if (quote === '"' || quote === "'") return CLOSES[quote].test(line) ? undefined : quote;
  return message !== undefined || FOLDED.test(line.trimEnd()) ? true : undefined;
}

function goesOn({ folded }: Open, line: string): boolean {
  if (folded === undefined) return /^(?:\s+\S|[}\])])/.test(line);
  return /^\s{2,}\S/.test(line) && (folded !== true || !FIELD.test(line));
}

/** Puts messages together that were printed or wrapped over several lines: what follows a log line without a header of its own. */
export class MessageJoiner {
  readonly messages: Message[] = [];
  readonly #about: (text: string) => readonly string[];
  #open: Open | undefined;

  /** @param about finds the APIs that a message is about. */
  constructor(about: (text: string) => readonly string[]) {
    this.#about = about;
  }

  /** A message that is complete. */
  push(text: string, voice: Voice, at?: number): void {
    this.messages.push({ text, voice, about: this.#about(text), ...(at === undefined ? {} : { at }) });
  }

  /** @param at the time stamp of the line. */
  add(line: string, voice: Voice, at?: number): void {
    const own = voiceOfLine(line) ?? voice;
    if (startsLogLine(line)) {
      this.end();
      this.#open = { text: line, voice: own, at, lines: 0 };
      return;
    }
    const open = this.#open;
    const continues = open !== undefined && open.lines < MAX_CONTINUATIONS && open.text.length < MAX_MESSAGE && goesOn(open, line);
    if (continues) {
      open.text += ` ${line.trim().slice(0, MAX_MESSAGE)}`;
      open.lines++;
      if (open.folded !== undefined && open.folded !== true && CLOSES[open.folded].test(line)) this.end();
      return;
    }
    this.end();
    const folded = foldOf(line);
    if (folded !== undefined) this.#open = { text: line, voice: own, at, lines: 0, folded };
    else if (line.trim() !== '') this.push(line, own, at);
  }

  /** What was open is complete. */
  end(): void {
    if (this.#open) this.push(this.#open.text, this.#open.voice, this.#open.at);
    this.#open = undefined;
  }
}
