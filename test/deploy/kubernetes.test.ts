import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Command } from 'commander';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { configFrom } from '../../src/commands/configuration.ts';
import { type ServeFlags, withServeFlags } from '../../src/commands/flags.ts';
import { registerNodeAgent } from '../../src/commands/node-agent.ts';
import { configJsonSchema, defaultConfig, parseConfig } from '../../src/config.ts';
import { EVIDENCE_RIGHT } from '../../src/expose/evidence-access.ts';
import { documentsOf, filesOf, kustomizationOf, type Manifest, manifests, only, textOf } from './manifests.ts';

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: object;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}
interface Deployment extends Manifest {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly serviceAccountName: string;
        readonly securityContext: object;
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string }; readonly emptyDir?: object }[];
      };
    };
  };
}
interface Service extends Manifest {
  readonly spec: { readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[] };
}
interface ServiceMonitor extends Manifest {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly endpoints: readonly { readonly port: string; readonly path?: string }[];
  };
}
interface Role extends Manifest {
  readonly rules: readonly {
    readonly apiGroups?: readonly string[];
    readonly resources?: readonly string[];
    readonly nonResourceURLs?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

const pod = only<Deployment>('Deployment').spec.template.spec;
const container = pod.containers[0]!;

describe.each(['kubernetes', 'prometheus-operator', 'tls', 'authenticated', 'replicas', 'node-agents'])('deploy/%s', (folder) => {
  const { resources, configMapGenerator = [], patches = [] } = kustomizationOf(folder);
  const listed = [...resources, ...configMapGenerator.flatMap(({ files }) => files), ...patches.map(({ path }) => path)];

  it('lists each of its files, and none that is missing', () => {
    expect(listed.filter((file) => !file.startsWith('../')).sort()).toEqual(
      filesOf(folder).filter((file) => file !== 'kustomization.yaml'),
    );
  });

  it.each(resources.filter((file) => !file.startsWith('../')))('%s holds objects with a name', (file) => {
    for (const manifest of documentsOf<Manifest>(`${folder}/${file}`))
      expect(manifest).toMatchObject({
        apiVersion: expect.stringMatching(/^[a-z0-9./]+$/) as string,
        kind: expect.stringMatching(/^[A-Z]/) as string,
        metadata: { name: expect.stringMatching(/^[a-z0-9-]+$/) as string },
      });
  });
});

describe('the configuration in the ConfigMap', () => {
  const text = textOf('kubernetes/config.yaml');
  // The whole command, with --config.check: test/e2e/packaging.
  it("is read by the Deployment's arguments, and valid", () => {
    const mounted = mountOf(({ configMap }) => configMap?.name === kustomizationOf('kubernetes').configMapGenerator![0]!.name);
    const folder = fileURLToPath(new URL('../../deploy/kubernetes', import.meta.url));
    const [command, ...args] = container.args.map((arg) => arg.replace(mounted, folder));
    expect(command).toBe('serve');
    const flags = withServeFlags(new Command().exitOverride()).parse(args, { from: 'user' }).opts<ServeFlags>();
    expect(flags['config.file']).toBe(`${folder}/config.yaml`);
    expect(configFrom(flags).log.format).toBe('json');
  });

  it('passes the published JSON Schema', () => {
    const validate = new Ajv2020({ strict: false }).compile(configJsonSchema());
    expect(validate(load(text)), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ tides: true })).toBe(false);
  });

  it('keeps the history and the incidents on a volume that can be written', () => {
    const result = parseConfig(text);
    const files = 'config' in result ? [result.config.diagnosis.state_file, result.config.incidents.file] : [];
    const mounted = mountOf(({ emptyDir }) => emptyDir !== undefined);
    expect(files.map((file) => file?.slice(0, file.lastIndexOf('/')))).toEqual([mounted, mounted]);
  });
});

function mountOf(wanted: (volume: Deployment['spec']['template']['spec']['volumes'][number]) => boolean): string {
  const volume = pod.volumes.find(wanted)!;
  return container.volumeMounts.find(({ name }) => name === volume.name)!.mountPath;
}

describe('the pod', () => {
  it('may nothing', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(JSON.stringify(pod)).not.toMatch(/hostNetwork|hostPID|hostPath|privileged/);
  });

  it('listens where the defaults say, and the Service finds it', () => {
    const [port] = container.ports;
    expect(defaultConfig().web.listen_addresses).toEqual([`:${port!.containerPort}`]);
    expect(only<Service>('Service').spec.ports).toEqual([{ name: port!.name, port: port!.containerPort, targetPort: port!.name }]);
  });

  it.each([
    ['liveness', container.livenessProbe, '/-/healthy'],
    ['readiness', container.readinessProbe, '/-/ready'],
  ])('has a %s probe on a path that the server has and a port of its own', (_, { httpGet }, path) => {
    // test/deploy/probes.test.ts asks as the kubelet does.
    expect(httpGet).toEqual({ path, port: container.ports[0]!.name });
  });

  it('runs as the ServiceAccount that the roles are bound to', () => {
    expect(pod.serviceAccountName).toBe(only('ServiceAccount').metadata.name);
    const bindings = manifests().filter(({ kind }) => kind.endsWith('Binding'));
    expect(bindings.length).toBeGreaterThan(0);
    for (const binding of bindings) expect(binding.subjects).toEqual([{ kind: 'ServiceAccount', name: pod.serviceAccountName }]);
  });
});

describe('the ServiceMonitor', () => {
  const [monitor] = documentsOf<ServiceMonitor>('prometheus-operator/service-monitor.yaml');

  it('selects the Service by the label that kustomize puts on it, and names its port', () => {
    const { pairs, includeSelectors } = kustomizationOf('kubernetes').labels![0]!;
    expect(includeSelectors).toBe(true);
    expect(monitor!.spec.selector.matchLabels).toEqual(pairs);
    const ports = only<Service>('Service').spec.ports.map(({ name }) => name);
    for (const { port, path = '/metrics' } of monitor!.spec.endpoints) {
      expect(ports).toContain(port);
      expect(path).toBe('/metrics');
    }
  });

  it('lives beside the Service', () => {
    expect(kustomizationOf('prometheus-operator').namespace).toBe(kustomizationOf('kubernetes').namespace);
  });
});

describe('the roles', () => {
  const roles = manifests().filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role') as Role[];
  const rules = roles.flatMap((role) => role.rules.map((rule) => ({ role: role.metadata.name, ...rule })));

  it.each(
    rules.map(
      (rule) => [`${rule.role}: ${rule.verbs.join(', ')} ${(rule.resources ?? rule.nonResourceURLs ?? []).join(', ')}`, rule] as const,
    ),
  )('%s: reads, and names what', (_, rule) => {
    expect(rule.verbs.filter((verb) => !['get', 'list', 'watch'].includes(verb))).toEqual([]);
    const named = [...(rule.apiGroups ?? []), ...(rule.resources ?? []), ...(rule.nonResourceURLs ?? [])];
    expect(named.filter((name) => name.includes('*'))).toEqual([]);
    expect(named.filter((name) => /^(secrets|nodes\/proxy|pods\/exec|pods\/portforward|serviceaccounts\/token)$/.test(name))).toEqual([]);
  });

  it('are what the bindings name', () => {
    const names = roles.map(({ metadata }) => metadata.name);
    const bound = manifests().flatMap(({ roleRef }) => (roleRef ? [(roleRef as { name: string }).name] : []));
    expect(bound.length).toBeGreaterThan(0);
    for (const name of bound) expect(names).toContain(name);
  });
});

interface NetworkPolicy extends Manifest {
  readonly spec: {
    readonly podSelector: object;
    readonly policyTypes: readonly string[];
    readonly ingress: readonly PolicyRule[];
    readonly egress: readonly PolicyRule[];
  };
}
interface PolicyRule {
  readonly from?: readonly { readonly namespaceSelector: { readonly matchLabels: Readonly<Record<string, string>> } }[];
  readonly ports?: readonly { readonly protocol: string; readonly port?: number }[];
}

describe('the NetworkPolicy', () => {
  const { spec } = only<NetworkPolicy>('NetworkPolicy');
  const ports = (rules: readonly PolicyRule[]) =>
    rules.flatMap((rule) => (rule.ports ?? []).map(({ protocol, port }) => `${protocol} ${port ?? 'any'}`));

  it('closes both ways, and lets in the namespace that the kustomization is for, at the port of the exporter', () => {
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(spec.ingress.flatMap(({ from }) => from?.map((peer) => peer.namespaceSelector.matchLabels) ?? [{ everybody: '' }])).toEqual([
      { 'kubernetes.io/metadata.name': kustomizationOf('kubernetes').namespace },
    ]);
    expect(ports(spec.ingress)).toEqual([`TCP ${container.ports[0]!.containerPort}`]);
  });

  it('selects the pod by the label that kustomize gives it, and no other of the namespace', () => {
    // kustomize does not fill an empty podSelector: that of the file is what is applied.
    expect(spec.podSelector).toEqual({ matchLabels: kustomizationOf('kubernetes').labels![0]!.pairs });
  });

  it('lets out to DNS, the kube-apiserver, kubelets and backends', () => {
    expect(ports(spec.egress)).toEqual(['UDP 53', 'TCP 53', 'TCP 443', 'TCP 6443', 'TCP 10250', 'TCP any']);
  });
});

describe('the setting with replicas', () => {
  const roles = documentsOf<Role>('replicas/rbac.yaml');
  const [deployment] = documentsOf<Deployment>('replicas/deployment.yaml');
  const args = deployment!.spec.template.spec.containers[0]!.args;

  it('elects a leader, and is otherwise what the base runs', () => {
    const elects = args.filter((arg) => arg.startsWith('--leader-election'));
    expect(args.filter((arg) => !elects.includes(arg))).toEqual(container.args);
    const flags = withServeFlags(new Command().exitOverride()).parse(elects, { from: 'user' }).opts<ServeFlags>();
    expect(configFrom(flags).leader_election).toEqual({ ...defaultConfig().leader_election, enabled: true });
  });

  it('may write the Lease and the ConfigMap that the program names, and no other', () => {
    const { name } = defaultConfig().leader_election;
    // kustomize would put the hash of that ConfigMap behind it: findings/kustomize-hashes-resource-names.sh.
    expect(name).not.toBe(kustomizationOf('kubernetes').configMapGenerator![0]!.name);
    const objects = [
      ['coordination.k8s.io', 'leases', name],
      ['', 'configmaps', `${name}-logs`],
    ];
    expect(roles.find(({ kind }) => kind === 'Role')!.rules).toEqual(
      objects.flatMap(([group, resource, object]) => [
        { apiGroups: [group], resources: [resource], verbs: ['create'] },
        { apiGroups: [group], resources: [resource], resourceNames: [object], verbs: ['get', 'update'] },
      ]),
    );
    expect(roles.find(({ kind }) => kind === 'RoleBinding')!['subjects']).toEqual([
      { kind: 'ServiceAccount', name: pod.serviceAccountName },
    ]);
  });
});

describe('the authenticated setting', () => {
  const roles = documentsOf<Role>('authenticated/rbac.yaml');
  const named = (name: string) => roles.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === name)!;
  const configOf = (folder: string) => {
    const result = parseConfig(textOf(`${folder}/config.yaml`));
    if (!('config' in result)) throw new Error(result.problems.join('; '));
    return result.config;
  };

  it('guards evidence, and is otherwise the configuration of the base', () => {
    const base = configOf('kubernetes');
    expect(configOf('authenticated')).toEqual({ ...base, web: { ...base.web, evidence: 'authenticated' } });
    const { resources, configMapGenerator } = kustomizationOf('authenticated');
    expect(resources).toEqual(['../kubernetes', 'rbac.yaml']);
    expect(configMapGenerator).toEqual([{ ...kustomizationOf('kubernetes').configMapGenerator![0], behavior: 'merge' }]);
  });

  it('adds the right to ask whose a token is and what that user may, and no other', () => {
    expect(named('aggregated-api-exporter-reviews').rules).toEqual([
      { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
    ]);
    const bindings = documentsOf<Manifest>('authenticated/rbac.yaml').filter(({ kind }) => kind === 'ClusterRoleBinding');
    expect(bindings.map(({ roleRef, subjects }) => [(roleRef as { name: string }).name, subjects])).toEqual([
      ['aggregated-api-exporter-reviews', [{ kind: 'ServiceAccount', name: pod.serviceAccountName }]],
    ]);
  });

  it('has a role for readers that opens the URL that is asked about', () => {
    expect(named('aggregated-api-exporter-evidence-reader').rules).toEqual([{ nonResourceURLs: [EVIDENCE_RIGHT], verbs: ['get'] }]);
  });
});

describe('deploy/node-agents', () => {
  const [daemonSet] = documentsOf<Deployment>('node-agents/daemon-set.yaml');
  const [patch] = documentsOf<Deployment>('node-agents/deployment.yaml');
  const agentPod = daemonSet!.spec.template.spec;
  const [agent] = agentPod.containers;
  const settings = parseConfig(textOf('node-agents/config.yaml'));

  it('gives the agent arguments that it knows', () => {
    const program = new Command();
    registerNodeAgent(program);
    const known = program.commands[0]!.options.map(({ long }) => long);
    const [command, ...args] = agent!.args;
    expect(command).toBe(program.commands[0]!.name());
    for (const arg of args) expect(known).toContain(arg.split('=')[0]);
    for (const { long, mandatory } of program.commands[0]!.options)
      if (mandatory) expect(args.map((arg) => arg.split('=')[0])).toContain(long);
  });

  it('is as `restricted` wants it, but for the network of the node; of the Secret it sees the CA alone', () => {
    expect(agentPod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } });
    expect(agent!.securityContext).toEqual(container.securityContext);
    expect(agentPod).toMatchObject({ hostNetwork: true, automountServiceAccountToken: false });
    expect(JSON.stringify(agentPod)).not.toMatch(/hostPID|hostPath|hostPort|privileged|tls\.key/);
  });

  it('reports where the exporter listens, with a token for it, as the ServiceAccount that it lets in', () => {
    const config = 'config' in settings ? settings.config.node_agents : undefined;
    const mounted = patch!.spec.template.spec.containers[0]!;
    expect(config).toMatchObject({ listen_address: `:${mounted.ports[0]!.containerPort}` });
    expect(config!.cert_file).toBe(`${mounted.volumeMounts[0]!.mountPath}/tls.crt`);
    expect(config!.service_account).toBe(`monitoring/${agentPod.serviceAccountName}`);
    expect(JSON.stringify(agentPod.volumes)).toContain(`"audience":"${config!.audience}"`);
    const [service] = documentsOf<Service>('node-agents/service.yaml');
    expect(agent!.args).toContain(`--report-to=https://${service!.metadata.name}.monitoring.svc:${service!.spec.ports[0]!.port}`);
  });
});
