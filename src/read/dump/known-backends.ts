import type { ApiServiceRecord } from '../../objects/api-services.ts';
import type { ServiceRecord } from '../../objects/services.ts';
import { apiOfService, knownServers } from '../text/known-groups.ts';
import { likeness, sharedWords, wordsOfGroup } from '../text/servers.ts';

/** APIServices that the Services of a dump let us expect; nothing is known of their condition. */
export function expectedApis(services: readonly ServiceRecord[]): ApiServiceRecord[] {
  return services.flatMap((service) => {
    const api = apiOfService(service.name);
    return api === undefined ? [] : [recordOf(api, service)];
  });
}

/**
 * An APIService that only discovery names, or a table. Its backend is what is told; else it is the one Service that is called like a server of its group, or shares a word
 * with the group; where none is, or several are, it is not known.
 */
export function namedApi(name: string, services: readonly ServiceRecord[], told?: ApiServiceRecord['backend']): ApiServiceRecord {
  if (told !== undefined && told.service !== '') return { ...recordOf(name, undefined), backend: told };
  const group = name.slice(name.indexOf('.') + 1);
  const known = knownServers(group);
  const words = wordsOfGroup(group);
  const like = services.filter((service) => known.some((server) => likeness(service.name, server) >= SAME));
  const own = like.length > 0 ? like : services.filter((service) => sharedWords(service.name, words) > 0);
  const [only, more] = own;
  return recordOf(name, more === undefined ? only : undefined);
}

/** The same name, but for a word that Services have. */
const SAME = 3;

/** An APIService of which no more is known. */
function recordOf(name: string, service: ServiceRecord | undefined): ApiServiceRecord {
  const dot = name.indexOf('.');
  return {
    name,
    group: name.slice(dot + 1),
    version: name.slice(0, dot),
    backend: { namespace: service?.namespace ?? '', service: service?.name ?? '', port: service?.ports[0]?.port ?? 443 },
    insecureSkipTLSVerify: false,
    caBundle: undefined,
    createdAt: undefined,
    condition: undefined,
    writer: undefined,
    caWriter: undefined,
  };
}
