/** How many texts of each kind were judged by eye: `sampleOf`, against the six kinds of failure. What the reader makes of some of them was known by then. */
export const JUDGED = 50;

/** Of the sample of those that the rule counts: they name no failure of a connection, a certificate, a right, a limit, a dependency or a pod. */
export const COUNTED_WRONGLY: ReadonlySet<string> = new Set([
  'The patch content-type allowlist check should have made this unreachable.',
  'Failed to update image list',
  'error building hash data for apiserver identity: %v',
  'tls: EncryptedClientHelloConfigList contains no valid configs',
  'Eviction manager: no ranking function for signal',
  'http2: handler wrote more than declared Content-Length',
  'orphaned pod %q found, but error occurred when trying to remove subdir %q: %v',
  'Error during lookup, placing DeleteFinalStateUnknown marker without object',
  'reloading authorization config',
  'invalid network interface name',
]);

/** Of the sample of the others: they name one. */
export const PASSED_BY_WRONGLY: ReadonlySet<string> = new Set([
  'failed to fetch cadvisor stats: %v',
  'malformed HTTP status code',
  'rejected by webhook %q: %#v',
  'unexpected error when reading response body. Please retry. Original error: %w',
  'GeneralPredicates failed due to unknown reason, which is unexpected.',
  'wal: file not found',
  'failed to compact',
  'failed to preallocate an initial WAL file',
  'unable to refresh the port block: %v',
]);
