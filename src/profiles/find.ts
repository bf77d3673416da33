import type { ApiFacts } from '../domain/snapshot.ts';
import { PROFILES } from './list.ts';
import type { ServerProfile } from './profile.ts';

/** The program behind an API, known by the group and by what its Service, workload, pods and containers are called; undefined = unknown. */
export function profileOf(api: ApiFacts): ServerProfile | undefined {
  const names = namesOf(api);
  return PROFILES.find(({ groups, called }) => groups.test(api.group) && names.some((name) => called.test(name)));
}

function namesOf({ backend, workload, pods }: ApiFacts): string[] {
  return [
    backend.service,
    ...(workload.state === 'observed' ? [workload.value.name] : []),
    ...(pods.state === 'observed' ? pods.value.flatMap(({ name, containers }) => [name, ...containers.map((one) => one.name)]) : []),
  ];
}
