/** Milliseconds of processor that this takes: what others do on the machine meanwhile is none of it. */
export function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
