/** The process that the kernel killed, or that asked for the memory (mm/oom_kill.c of Linux 4.19 to 6.12: `pr_err`, `dump_header`). */
const KILLED = /\bkill(?:ed)? process \d{1,10},? \(([^)]{1,64})\)|(?:^|[\s:])(\S{1,64}) invoked oom-killer/i;
/** The kernel keeps so many letters of a process's name (TASK_COMM_LEN 16, with its end). */
const COMM_LETTERS = 15;
/** What programs of any kind are called: such a process may be the server's. */
const ANYONES =
  /^(?:main|app|server|manager|operator|controller|agent|adapter|apiserver|api|proxy|aggregator|gateway|gunicorn|python\d?(?:\.\d+)?)$/i;

/** Name of the process that a line of the kernel is about. */
export function processOf(line: string): string | undefined {
  if (!/oom-killer|kill(?:ed)? process/i.test(line)) return undefined;
  const [, killed, invoked] = KILLED.exec(line.length > 1024 ? line.slice(0, 1024) : line) ?? [];
  return killed ?? invoked;
}

/**
 * The process may be of this server, as far as names tell: it is what the server is called, cut as the kernel cuts it, a word of that, or
 * a name that says nothing.
 * @param names of its Service, workloads and programs.
 */
export function mayRunAs(process: string, names: readonly string[]): boolean {
  if (ANYONES.test(process)) return true;
  return names.some((name) =>
    process.length >= COMM_LETTERS ? name.startsWith(process.slice(0, COMM_LETTERS)) : hasWords(name, process) || hasWords(process, name),
  );
}

/** `prometheus-adapter` has the words `adapter` and `prometheus-adapter`, and not `prom`. */
function hasWords(name: string, words: string): boolean {
  return `-${name.replaceAll(/[._]/g, '-')}-`.includes(`-${words.replaceAll(/[._]/g, '-')}-`);
}
