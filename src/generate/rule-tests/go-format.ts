/** Prometheus's template functions (template/template.go) and the part of Go's printf that we use. */

export function humanizePercentage(value: number): string {
  return `${fourDigits(value * 100)}%`;
}

export function humanizeDuration(seconds: number): string {
  const sign = seconds < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(seconds));
  if (Math.abs(seconds) >= 1) {
    const days = Math.floor(whole / 86_400);
    const hours = Math.floor(whole / 3600) % 24;
    const minutes = Math.floor(whole / 60) % 60;
    if (days !== 0) return `${sign}${days}d ${hours}h ${minutes}m ${whole % 60}s`;
    if (hours !== 0) return `${sign}${hours}h ${minutes}m ${whole % 60}s`;
    if (minutes !== 0) return `${sign}${minutes}m ${whole % 60}s`;
    return `${sign}${fourDigits(Math.abs(seconds))}s`;
  }
  if (seconds === 0) return '0s';
  let value = seconds;
  for (const prefix of ['m', 'u', 'n', 'p']) {
    value *= 1000;
    if (Math.abs(value) >= 1) return `${fourDigits(value)}${prefix}s`;
  }
  return `${fourDigits(value)}s`;
}

/** %.4g */
function fourDigits(value: number): string {
  const text = Number(value.toPrecision(4)).toString();
  if (text.includes('e')) throw new Error(`template: ${value} needs an exponent; choose another number`);
  return text;
}

/** %q, %s and %.0f. */
export function printf(format: string, args: readonly unknown[]): string {
  let next = 0;
  return format.replace(/%(q|s|\.0f|%)/g, (_, verb: string) => {
    if (verb === '%') return '%';
    const value = args[next++];
    if (verb === 'q') return JSON.stringify(value);
    return verb === 's' ? String(value) : Number(value).toFixed(0);
  });
}
