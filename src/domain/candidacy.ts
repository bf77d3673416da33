/** Who leads the replicas, as one of them knows it. */
export interface Candidacy {
  /** Its own name in the Lease. */
  readonly identity: string;
  readonly leads: boolean;
  /** Who holds the Lease as it was last read; absent while nobody does, or it was not read. */
  readonly holder?: string;
  /** Why it cannot lead, or could not renew, for people; absent while the Lease is read and written. */
  readonly problem?: string;
  /** The RBAC rule that is missing. */
  readonly rule?: string;
}
