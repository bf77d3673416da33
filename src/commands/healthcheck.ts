import { readFileSync } from 'node:fs';
import { type ClientRequest, get as getPlain, type RequestOptions } from 'node:http';
import { get as getTls } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { Command } from 'commander';
import { parseListenAddress } from '../expose/listen-address.ts';
import { configFrom } from './configuration.ts';
import { type ServeFlags, withServeFlags } from './flags.ts';

interface HealthcheckFlags extends ServeFlags {
  readonly url?: string;
  readonly pid: string;
}

/** What to ask; a server that asks its clients for certificates answers none of ours. */
interface Question {
  readonly url: URL;
  readonly clientCertificates: boolean;
}

const TIMEOUT_MS = 4000;

/**
 * For container engines that have no HTTP health checks of their own: asks /-/healthy of this machine, at the port and with the scheme of the
 * configuration. Nothing else is needed: the path is open under authentication.
 */
export function registerHealthcheck(program: Command): void {
  withServeFlags(program.command('healthcheck', { hidden: true }))
    .option('--url <url>', 'what to ask, instead of what the configuration says')
    .option('--pid <pid>', 'process of `serve` whose flags count when none are given here', '1')
    .action(async (flags: HealthcheckFlags) => {
      const questions = flags.url === undefined ? await questionsOf(flags) : [{ url: new URL(flags.url), clientCertificates: false }];
      const answers: string[] = [];
      for (const question of questions) {
        const answer = await ask(question).catch((error: Error) => error.message);
        if (answer === HEALTHY) return;
        answers.push(`${question.url.href} ${answer}`);
      }
      throw new Error(answers.join('; '));
    });
}

async function questionsOf(flags: HealthcheckFlags): Promise<readonly Question[]> {
  const given = Object.keys(flags).some((flag) => /^(config|web)\./.test(flag));
  const { web } = configFrom(given ? flags : flagsOf(flags.pid));
  const { host, port } = parseListenAddress(web.listen_addresses[0] ?? ':9944');
  const address = addressOf(host);
  const question = (scheme: string, clientCertificates = false): Question => ({
    url: new URL(`${scheme}://${address}:${port}/-/healthy`),
    clientCertificates,
  });
  if (web.config_file === undefined) return [question('http')];
  try {
    const { checkWebConfig } = await import('../expose/web-security.ts');
    const { tls } = checkWebConfig(web.config_file);
    return [question(tls ? 'https' : 'http', /^Require/.test(tls?.clientAuth ?? ''))];
  } catch {
    // The server goes on with what the file was before.
    return [question('https'), question('http')];
  }
}

function addressOf(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** The flags that the process was started with; none when it is another program, or not ours to read. */
function flagsOf(pid: string): ServeFlags {
  let words: string[];
  try {
    words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return {};
  }
  const program = words.findIndex((word) => /(^|\/)(main\.[jt]s|aggregated-api-exporter)$/.test(word));
  const args = words.slice(program + 1).filter((word, index) => index > 0 || word !== 'serve');
  if (program < 0) return {};
  const command = withServeFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return command.parse(args, { from: 'user' }).opts<ServeFlags>();
}

const HEALTHY = 'is healthy';

/** What was answered, in words. @throws Error when nothing was. */
function ask({ url, clientCertificates }: Question): Promise<string> {
  return new Promise((resolve, reject) => {
    let shookHands = false;
    // As the kubelet asks: who listens on this machine is known, and a certificate for 127.0.0.1 is rare.
    const options: RequestOptions & { rejectUnauthorized: boolean } = { timeout: TIMEOUT_MS, agent: false, rejectUnauthorized: false };
    const call: ClientRequest = (url.protocol === 'https:' ? getTls : getPlain)(url, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200 ? HEALTHY : `answered ${answer.statusCode}; 200 is healthy`);
    });
    call.on('socket', (socket) => (socket as TLSSocket).once('secureConnect', () => (shookHands = true)));
    call.on('timeout', () => call.destroy(new Error('did not answer within 4 s')));
    // Its own loop shook hands, and then wanted a certificate that only its clients have.
    call.on('error', (error) => (shookHands && clientCertificates ? resolve(HEALTHY) : reject(error)));
  });
}
