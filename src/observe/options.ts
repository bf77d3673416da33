import type { Shard } from '../domain/shard.ts';
import type { SourceName } from '../domain/sources.ts';
import type { ProberOptions } from '../probe/options.ts';
import type { AgentReports } from '../reach/reports.ts';
import type { LogTailOptions } from './logs/log-tail.ts';

/** What may be switched off or tuned; everything has a default. Times in milliseconds. */
export interface ObserverOptions {
  /** Names of APIServices to leave alone. */
  readonly exclude: readonly string[];
  /** Where several share the APIs out: only those that fall to this one are watched. */
  readonly shard?: Shard;
  readonly disabled: readonly SourceName[];
  readonly probe: ProberOptions;
  readonly logs: Pick<LogTailOptions, 'maxStreams' | 'bytesPerMinute' | 'signatures' | 'handover'>;
  readonly apiserverMetricsIntervalMs?: number;
  readonly resourcesIntervalMs?: number;
  readonly backendMetricsIntervalMs?: number;
  readonly rightsIntervalMs?: number;
  /** Between two looks for those who are hurt, while an API errs; ten times as long while none does. */
  readonly impactIntervalMs?: number;
  /** What agents on nodes tell; absent: none are listened to. */
  readonly agentReports?: AgentReports | undefined;
  readonly kubeletToken?: boolean;
  readonly prometheusUrl?: string;
}
