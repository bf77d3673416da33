import type { Command } from 'commander';

export function registerSimulate(program: Command): void {
  program
    .command('simulate', { hidden: true })
    .argument('[scenario]', 'demo or quiet', 'demo')
    .action(async (scenario: string) => {
      const { runSimulator } = await import('../simulator/main.ts');
      await runSimulator(scenario);
    });
}
