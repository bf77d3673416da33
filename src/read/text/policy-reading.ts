import type { ApiFacts } from '../../domain/snapshot.ts';

/** Whose pods a policy may select. */
export interface PolicyBackend {
  /** Undefined: the text does not tell; then policies of any namespace may be meant. */
  readonly namespace: string | undefined;
  /** Labels of its pods or of its Service's selector, as far as the text shows them. */
  readonly labels: Readonly<Record<string, string>>;
  /** The text speaks of a tunnel. */
  readonly tunnelled: () => boolean;
  /** A name by which the server is known. */
  readonly fits: (name: string) => boolean;
}

/** Reads the policies of one text, line by line. */
export interface PolicyReading {
  /** @param stamped it is a line of a log. */
  read(line: string, stamped: boolean): void;
  end(): void;
  /** A command asks for objects of this namespace, or of none in so many words: documents below it may leave theirs out. */
  within(namespace: string | undefined): void;
  /**
   * What the policies that the text shows do with the traffic of a backend; undefined where none of them selects its pods. Of what is not
   * shown nothing is known, so no policy is ever said to admit.
   */
  facts(backend: PolicyBackend): Pick<ApiFacts, 'policy'> | undefined;
}

/** Few texts show a policy, and what evaluates one brings a reader of YAML and one of addresses: it is loaded for those that do. */
export const showsPolicies = (text: string): boolean => text.includes('NetworkPolicy') || text.includes('PodSelector:');

const TUNNELS: readonly string[] = ['onnectivity', 'tunnelfront', 'aks-link', 'remotedialer'];

/** A line speaks of what carries the kube-apiserver's packets into the pod network. */
export const isOfTunnel = (line: string): boolean => TUNNELS.some((word) => line.includes(word));

/** What a dump calls its files, and heads of sections: `# namespaces/harbour/networkpolicies.yaml`, `## namespace harbour`. */
const OF_A_FILE = /(?:^|[\s/])namespaces\/([a-z0-9][a-z0-9-]{0,62})\//;
const HEAD = /^[#=*-]{1,6}\s.{0,80}?\bnamespace[: ]\s{0,3}["'`]?([a-z0-9][a-z0-9-]{0,62})["'`]?[\s:=#*-]{0,12}$/i;

/** The namespace that a heading names. */
export function namespaceOfHeading(line: string): string | undefined {
  if (line.length > 400 || !/namespace/i.test(line)) return undefined;
  return (OF_A_FILE.exec(line) ?? HEAD.exec(line))?.[1];
}
