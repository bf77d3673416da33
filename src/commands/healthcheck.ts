import { get } from 'node:http';
import type { Command } from 'commander';

/** For container engines that have no HTTP health checks of their own: asks /-/healthy of this machine. */
export function registerHealthcheck(program: Command): void {
  program
    .command('healthcheck', { hidden: true })
    .option('--url <url>', 'what to ask', 'http://127.0.0.1:9944/-/healthy')
    .action(async ({ url }: { url: string }) => {
      const status = await statusOf(url);
      if (status !== 200) throw new Error(`${url} answered ${status}; 200 is healthy`);
    });
}

function statusOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = get(url, { timeout: 4000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    call.on('timeout', () => call.destroy(new Error(`${url} did not answer within 4 s`)));
    call.on('error', reject);
  });
}
