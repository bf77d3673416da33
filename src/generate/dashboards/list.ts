import type { GenerateOptions } from '../options.ts';
import { causesDashboard } from './causes.ts';
import { exporterDashboard } from './exporter.ts';
import { fleetDashboard } from './fleet.ts';
import { oneApiDashboard } from './one-api.ts';
import type { DashboardSpec } from './panel.ts';

export function dashboards(options: GenerateOptions): DashboardSpec[] {
  return [fleetDashboard(options), oneApiDashboard(options), causesDashboard(options), exporterDashboard(options)];
}
