import { spawn } from 'node:child_process';
import type { Diagnosis, Evidence } from '../../../src/domain/diagnosis.ts';
import type { Cluster } from './harness/cluster.ts';
import { clusterRoleBinding, path } from './harness/workloads.ts';
import { SHOWS } from './shows.ts';

const TIMEOUT_MS = 45_000;

/** What a command that the exporter printed did on the real cluster. */
interface Run {
  readonly command: string;
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs, while the fault lasts, the command of each piece of evidence and of the next check, as a person with the rights of
 * cluster-admin would paste them. Gives what is wrong with them: an exit code, or an output that does not hold what the sentence says.
 * Pods are processes under a kubelet of ours without a container runtime: `kubectl exec`, `attach` and `port-forward` can not work
 * here, and no command of the catalogue uses them.
 * @param shown places whose command was right already, which are not asked again; those that are right now are added.
 */
export async function runEvidence(cluster: Cluster, diagnosis: Diagnosis, shown: Set<string>): Promise<string[]> {
  const wrong: string[] = [];
  for (const evidence of diagnosis.evidence) {
    if (evidence.reproduce === undefined || evidence.points <= 0) continue;
    const place = `${diagnosis.cause}/${evidence.id}`;
    if (shown.has(place)) continue;
    const run = await paste(cluster, evidence.reproduce);
    log(place, evidence.says, run);
    const faults = faultsOf(place, evidence, run);
    if (faults.length === 0) shown.add(place);
    wrong.push(...faults);
  }
  for (const [, command] of diagnosis.nextCheck?.matchAll(/`(kubectl [^`]*)`/g) ?? []) {
    const run = await paste(cluster, command!);
    log(`${diagnosis.cause}/next check`, diagnosis.nextCheck!, run);
    if (!isFine(run)) wrong.push(`${diagnosis.cause}/next check: ${said(run)}`);
  }
  return wrong;
}

/** The command that shows that the remedy worked, once it did. */
export async function runVerify(cluster: Cluster, diagnosis: Diagnosis): Promise<string[]> {
  if (!diagnosis.verify) return [];
  const run = await paste(cluster, diagnosis.verify.command);
  log(`${diagnosis.cause}/verify`, diagnosis.verify.expect, run);
  return run.code === 0 && run.output.trim() !== '' ? [] : [`${diagnosis.cause}/verify: ${said(run)}`];
}

function faultsOf(place: string, { sample, reproduce }: Evidence, run: Run): string[] {
  if (!isFine(run)) return [`${place}: ${said(run)}`];
  const shows = SHOWS[place] ?? shownByAnother(place);
  if (shows) return shows.test(run.output) ? [] : [`${place}: ${said(run)} shows no ${shows}`];
  // Nothing is known of it but the line that it quotes: the command shows where that stands.
  if (sample === undefined) return [`${place}: ${reproduce} has no entry in shows.ts, and the evidence quotes nothing`];
  // What is kept of a text begins with who says it.
  const quoted = [sample, sample.replace(/^.*?: /, '')];
  return quoted.some((text) => holds(normal(run.output), normal(text)))
    ? []
    : [`${place}: ${said(run)} does not hold ${JSON.stringify(sample)}`];
}

/** A cause may count the evidence of a neighbour: its id is then `<neighbour>-<evidence>`. */
function shownByAnother(place: string): RegExp | undefined {
  const id = place.replace(/^.*\//, '');
  return Object.entries(SHOWS).find(([key]) => key.replace('/', '-') === id)?.[1];
}

/** What a stranger may write into a line is kept as x's. */
function holds(output: string, text: string): boolean {
  const pieces = text.split(/x{4,}/);
  let from = 0;
  for (const piece of pieces) {
    const at = output.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return true;
}

/** Spaces, quotes and their escapes differ between YAML, tables and logs; crypto/x509 writes into its error when it looked. */
function normal(text: string): string {
  return text.replace(/current\s+time\s+\S+/g, '').replace(/[\s"'\\]+/g, '');
}

/** Who asks an API that fails gets an error: that is what the command shows. */
function isFine({ command, code, output }: Run): boolean {
  if (code === 0) return output.trim() !== '';
  return (
    /^(?:time )?kubectl get (?:--raw \S+|\S+ -A --chunk-size=1)$/.test(command) && /error|unable|refused|timeout|unavailable/i.test(output)
  );
}

const said = ({ command, code, output }: Run) => `\`${command}\` exited with ${code}: ${output.trim().slice(0, 600)}`;

function log(place: string, says: string, run: Run): void {
  if (process.env.E2E_COMMANDS) console.log(`COMMAND ${place} | ${says}\n  ${said(run).slice(0, 900)}`);
}

const PERSON = 'harbour-master';
const kubeconfigs = new WeakMap<Cluster, Promise<string>>();

/** Of somebody who may do everything; unlike system:masters, the limits of priority and fairness hold for him. */
function kubeconfigOf(cluster: Cluster): Promise<string> {
  const known = kubeconfigs.get(cluster);
  if (known) return known;
  const made = (async () => {
    await cluster.kube.apply(
      path.clusterRoleBinding(PERSON),
      clusterRoleBinding(PERSON, 'cluster-admin', { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: PERSON }),
    );
    const identity = cluster.controlPlane.ca.issue(PERSON, { commonName: PERSON, organization: 'harbour', usage: 'client' });
    return cluster.controlPlane.clientKubeconfig('commands.kubeconfig', identity);
  })();
  kubeconfigs.set(cluster, made);
  return made;
}

async function paste(cluster: Cluster, command: string): Promise<Run> {
  const kubeconfig = await kubeconfigOf(cluster);
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', command], { env: { ...process.env, KUBECONFIG: kubeconfig }, timeout: TIMEOUT_MS });
    let output = '';
    const keep = (chunk: Buffer) => {
      if (output.length < 1e6) output += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('close', (code) => resolve({ command, code, output }));
  });
}
