import { commandOf } from '../text/lines.ts';
import { LOG_LINE } from './carrier.ts';
import { prefixOf } from './prefixes.ts';

/** What begins anew whatever the line before was: a log line, a heading, a row of columns, a command, an error of a client, a key of YAML or JSON. */
const BEGINS = new RegExp(
  String.raw`^\s{0,16}(?:${LOG_LINE}|NAME(?:SPACE)?\s{2}|LAST SEEN\s{2}|panic: |goroutine \d|Usage:|v\d\w{0,20}\.[a-z]|Error from server|[Ee]rror: |[-*+#] |\`\`\`|[\]{}[]|(?:\s|")+[A-Za-z][\w -]{0,40}"?:(?:\s|$)|(?:apiVersion|kind|metadata|spec|status|items|Name|Namespace|Labels|Status|Message|Reason|Type|Events|Conditions):|(?:\S{1,253}\s{2,}){2}\S|\S{1,253}\s{2,}\d{1,3}/\d{1,3}\s)`,
);

/** The line begins something of its own, and is not the rest of the one before. */
export function beginsAnew(line: string): boolean {
  return line.trim() === '' || BEGINS.test(line) || isCarried(line) || commandOf(line) !== undefined;
}

const LINE_OF_A_LOG = new RegExp(`^(?:${LOG_LINE}|Error from server|error: )`);

/** The line is of a log or an error of a client, whatever carries it: what such a line is too long for goes on in the next. */
export function beginsLogLine(line: string): boolean {
  return LINE_OF_A_LOG.test(line) || isCarried(line);
}

const isCarried = (line: string): boolean => prefixOf(line) !== undefined;
