import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dockerfileStages, pairsOf } from '../../../../scripts/packaging/image/dockerfile.ts';
import type { KubeObject } from './kube.ts';

const DIST = new URL('../../../../dist', import.meta.url).pathname;
const KUBERNETES_SERVICE = '10.96.0.1';
const SECRETS = '/var/run/secrets/kubernetes.io/serviceaccount';

interface Host {
  /** Where the program of the image is put. */
  readonly folder: string;
  /** The administrator's, by which volumes are filled as a kubelet fills them. */
  readonly kubeconfig: string;
}

export function isExporterImage(image: string): boolean {
  return image.startsWith('aggregated-api-exporter:');
}

/**
 * The command of a container of our own image, without an engine: in mounts of its own it finds the volumes of its pod, the token of its
 * ServiceAccount and the names of Services, on a root that is read-only, as the pod's user and without any capability.
 */
export function exporterContainer(pod: KubeObject, host: Host): readonly string[] {
  const program = join(host.folder, 'image');
  if (!existsSync(program)) {
    cpSync(DIST, program, { recursive: true });
    writeFileSync(join(program, 'package.json'), '{"type":"module"}');
  }
  const [container] = pod.spec.containers;
  const user = container.securityContext?.runAsUser ?? pod.spec.securityContext.runAsUser;
  const script = [
    'set -e',
    ...['/etc', '/var'].map((path) => `mount -t tmpfs tmpfs ${path}`),
    ...(container.volumeMounts ?? []).flatMap((mount: KubeObject) => volume(pod, mount, host, user)),
    ...serviceAccount(pod, host),
    // The names that a cluster's DNS would know.
    `${kubectl(host)} get services --all-namespaces -o go-template='{{range .items}}{{.spec.clusterIP}} {{.metadata.name}}.{{.metadata.namespace}}.svc{{"\\n"}}{{end}}' > /etc/hosts`,
    'mount -o remount,bind,ro /',
    `exec setpriv --reuid=${user} --regid=${user} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \\`,
    `env -i PATH="$PATH" KUBERNETES_SERVICE_HOST=${KUBERNETES_SERVICE} KUBERNETES_SERVICE_PORT=443 ${environment()} \\`,
    `${process.execPath} ${program}/main.js ${container.args.map(quoted).join(' ')}`,
  ];
  return ['unshare', '--mount', '--', 'sh', '-c', script.join('\n')];
}

function kubectl({ kubeconfig }: Host): string {
  return `kubectl --kubeconfig ${kubeconfig}`;
}

function volume(pod: KubeObject, { name, mountPath }: KubeObject, host: Host, user: number): string[] {
  const { configMap, secret, emptyDir } = pod.spec.volumes.find((one: KubeObject) => one.name === name);
  // The token that the kube-apiserver adds to each pod is made below.
  if (!configMap && !secret && !emptyDir) return [];
  const made = `mkdir -p ${mountPath}`;
  if (emptyDir) return [made, `chown ${user} ${mountPath}`];
  const [kind, object] = configMap ? ['configmap', configMap.name] : ['secret', secret.secretName];
  const decode = configMap ? '{{$v}}' : '{{$v | base64decode}}';
  const key = (text: string) => `'{{range $k, $v := .data}}${text}{{end}}'`;
  const get = `${kubectl(host)} --namespace ${pod.metadata.namespace} get ${kind} ${object} -o`;
  return [
    made,
    `for key in $(${get} go-template=${key('{{$k}} ')}); do`,
    `  ${get} go-template='{{range $k, $v := .data}}{{if eq $k "'$key'"}}${decode}{{end}}{{end}}' > ${mountPath}/$key`,
    'done',
  ];
}

function serviceAccount(pod: KubeObject, host: Host): string[] {
  if (pod.spec.automountServiceAccountToken === false) return [];
  const { namespace } = pod.metadata;
  return [
    `mkdir -p ${SECRETS}`,
    `${kubectl(host)} --namespace ${namespace} create token ${pod.spec.serviceAccountName} > ${SECRETS}/token`,
    `cp ${join(host.folder, 'cluster-ca.crt')} ${SECRETS}/ca.crt`,
    `echo -n ${namespace} > ${SECRETS}/namespace`,
  ];
}

/** ENV of the Dockerfile. */
function environment(): string {
  return pairsOf(dockerfileStages().at(-1) ?? [], 'ENV')
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
