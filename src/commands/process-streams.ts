/**
 * Who reads our output may go away (`| head -1`, a log collector that restarts): then what was meant for them is dropped, and nothing else
 * changes, the exit code least of all. Any other failure to write to standard output (a full disk) is told, and is exit code 2.
 */
export function surviveClosedPipes(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`aggregated-api-exporter: standard output can't be written: ${error.message}\n`);
    process.exitCode = 2;
  });
}
