import type { Command } from 'commander';
import type { ExporterAddress } from './ask-exporter.ts';

interface McpFlags {
  readonly url: string;
  readonly tokenFile?: string;
}

export function registerMcp(program: Command): void {
  program
    .command('mcp')
    .description(
      'serves tools of the Model Context Protocol on standard input and output, for an assistant: what fails and why, of a pasted text or of a running exporter; read-only, and secrets are cut out',
    )
    .option('--url <url>', 'of the exporter that is asked; a path prefix is kept', 'http://localhost:9944')
    .option('--token-file <path>', 'file with a bearer token for it, where it guards its evidence')
    .action(async ({ url, tokenFile }: McpFlags) => {
      const exporter: ExporterAddress = { url, ...(tokenFile !== undefined && { tokenFile }) };
      // The SDK is loaded here only: no other command pays for it.
      const { serveMcp } = await import('./mcp-server.ts');
      serveMcp(exporter);
    });
}
