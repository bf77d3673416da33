import type { ApiServiceRecord } from '../../objects/api-services.ts';
import type { ServiceRecord } from '../../objects/services.ts';

/**
 * Services of well-known aggregated API servers and the APIService that their manifests register. A cluster-info dump holds
 * no APIServices; with these the API behind a Service can be named all the same.
 */
const KNOWN_BACKENDS: readonly { readonly service: string; readonly api: string }[] = [
  { service: 'metrics-server', api: 'v1beta1.metrics.k8s.io' },
  { service: 'prometheus-adapter', api: 'v1beta1.custom.metrics.k8s.io' },
  { service: 'custom-metrics-apiserver', api: 'v1beta1.custom.metrics.k8s.io' },
  { service: 'keda-metrics-apiserver', api: 'v1beta1.external.metrics.k8s.io' },
  { service: 'keda-operator-metrics-apiserver', api: 'v1beta1.external.metrics.k8s.io' },
  { service: 'datadog-cluster-agent-metrics-api', api: 'v1beta1.external.metrics.k8s.io' },
  { service: 'packageserver-service', api: 'v1.packages.operators.coreos.com' },
  { service: 'virt-api', api: 'v1.subresources.kubevirt.io' },
  { service: 'cdi-api', api: 'v1beta1.upload.cdi.kubevirt.io' },
  { service: 'calico-api', api: 'v3.projectcalico.org' },
  { service: 'antrea', api: 'v1beta2.controlplane.antrea.io' },
  { service: 'service-catalog-catalog-apiserver', api: 'v1beta1.servicecatalog.k8s.io' },
];

/** APIServices that the Services of a dump let us expect; nothing is known of their condition. */
export function expectedApis(services: readonly ServiceRecord[]): ApiServiceRecord[] {
  return services.flatMap((service) => {
    const known = KNOWN_BACKENDS.find((backend) => backend.service === service.name);
    if (!known) return [];
    return [recordOf(known.api, { namespace: service.namespace, service: service.name, port: service.ports[0]?.port ?? 443 })];
  });
}

/** An APIService of which no more is known. */
export function recordOf(name: string, backend: ApiServiceRecord['backend']): ApiServiceRecord {
  const dot = name.indexOf('.');
  return {
    name,
    group: name.slice(dot + 1),
    version: name.slice(0, dot),
    backend,
    insecureSkipTLSVerify: false,
    caBundle: undefined,
    createdAt: undefined,
    condition: undefined,
    writer: undefined,
    caWriter: undefined,
  };
}
