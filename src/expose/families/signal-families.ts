/** HELP of the families that several signals share; a signal that is alone in its family brings its own. */
export const SIGNAL_FAMILY_HELP: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    aggregated_api_backend_bound: 'Whether the ServiceAccount of the backend is bound to the role that an aggregated server needs.',
    aggregated_api_backend_log_lines_total: 'Lines that the backend logged: all of them, and those of each grave severity.',
    aggregated_api_backend_nodes: 'Nodes that host a backend pod, by state; one node may be in several states.',
    aggregated_api_backend_pods: 'Backend pods by state; one pod may be in several states.',
    aggregated_api_backend_recent_ends:
      'Backend containers by how their newest end came about, where it is at most ten minutes ago or the container has not restarted since.',
    aggregated_api_backend_waiting_containers: 'Backend containers that wait, by why.',
    aggregated_api_failing_share: 'Share of the targets of a vantage whose last probe failed, 0 to 1.',
    aggregated_api_recent_events: 'Events of the last ten minutes, by what they are about.',
    aggregated_api_recent_failures: 'Targets of a vantage whose last failure is at most a minute old, by its reason.',
    aggregated_api_signature_matches_total: 'Log lines and other texts that a signature matched which points to this cause.',
    aggregated_api_signature_strength: 'How much the texts of the last minutes point to this cause.',
    aggregated_api_slowest_phase_seconds: 'Duration of a phase in the slowest last probe of a vantage.',
    aggregated_api_slowest_probe_seconds: 'Duration of the slowest last discovery probe of a vantage.',
    aggregated_api_targets_disagree: '1 while some targets of a vantage answer and others fail, else 0.',
    aggregated_api_vantage_attempts_total: 'Probes of a vantage that have ended, over all targets and requests.',
    aggregated_api_vantage_failures_total: 'Failed probes of a vantage, over all targets and requests.',
  }),
);
