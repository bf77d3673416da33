/** Longer lines are judged by their first part. */
const MAX_LINE = 65_536;
/** Names stand early in a line: of a longer one only so many characters are looked at. */
const MAX_HEAD = 4096;
const ESCAPES = /\u001b\[[0-9;?]{0,16}[A-Za-z]/g;

/** A text of very short lines is judged by its first and last ones: what costs time is their number. */
const HEAD_LINES = 250_000;
const TAIL_LINES = 750_000;

/** The text without the lines in its middle that are too many; `omitted` counts their characters. */
export function boundLines(text: string): { readonly text: string; readonly omitted: number } {
  let head = -1;
  for (let line = 0; line < HEAD_LINES; line++) {
    head = text.indexOf('\n', head + 1);
    if (head < 0) return { text, omitted: 0 };
  }
  let tail = text.length;
  for (let line = 0; line < TAIL_LINES && tail > head; line++) tail = text.lastIndexOf('\n', tail - 1);
  return tail > head ? { text: text.slice(0, head) + text.slice(tail), omitted: tail - head } : { text, omitted: 0 };
}

/** What is looked at for names: the line, or its first 4,096 characters. */
export const headOf = (line: string): string => (line.length > MAX_HEAD ? line.slice(0, MAX_HEAD) : line);

/** Lines of a text without terminal colours and carriage returns, each at most 64 Ki characters. Linear in the text. */
export function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    let line = text.slice(start, Math.min(end, start + MAX_LINE));
    if (line.endsWith('\r')) line = line.slice(0, -1);
    if (line.includes('\u001b')) line = line.replace(ESCAPES, '');
    yield line;
    start = end + 1;
  }
}

/** Where a log line begins: klog, Go's log, ISO time, JSON, logfmt, or a severity in capitals. */
const LOG_HEADER =
  /^(?:\S{1,80} \| |\[?\S{1,63}\]? ?)??(?:[IWEF]\d{4} \d\d:\d\d:\d\d|\d{4}[/-]\d\d[/-]\d\d[T ]\d\d:\d\d|\{"|time="|ts=|level=|(?:E|W|I|F) \d{4}-|\[?(?:ERROR|WARN|WARNING|INFO|FATAL|ERR)\b)/;

export const startsLogLine = (line: string): boolean => LOG_HEADER.test(line.length > 240 ? line.slice(0, 240) : line);

/** `$ kubectl logs …`: a command that was pasted with its output. */
const COMMAND =
  /^\s{0,8}(?:\S{0,64}[$#%>]|\$|#|>|PS [^>]{0,120}>)\s{1,4}((?:sudo )?(?:kubectl|oc|k|k3s|microk8s|crictl|docker|journalctl|curl|helm|client output)\b.*)$/;

export function commandOf(line: string): string | undefined {
  return COMMAND.exec(line.length > 1024 ? line.slice(0, 1024) : line)?.[1];
}
