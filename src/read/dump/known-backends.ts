import type { ApiServiceRecord } from '../../objects/api-services.ts';
import type { ServiceRecord } from '../../objects/services.ts';
import { apiOfService } from '../text/known-groups.ts';

/** APIServices that the Services of a dump let us expect; nothing is known of their condition. */
export function expectedApis(services: readonly ServiceRecord[]): ApiServiceRecord[] {
  return services.flatMap((service) => {
    const api = apiOfService(service.name);
    if (api === undefined) return [];
    return [recordOf(api, { namespace: service.namespace, service: service.name, port: service.ports[0]?.port ?? 443 })];
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
