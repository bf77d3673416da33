/** Servers of well-known aggregated APIs, as their pods are called. */
const KNOWN = /\b(metrics-server|prometheus-adapter|keda|packageserver)\b/;
const POD_SUFFIX = /-[a-z0-9<>]{1,10}-[a-z0-9<>]{1,5}$/;

/** What the pods of the servers that a text is about are called: after their Services, or after a well-known server that it names. */
export function serverStems(text: string, services: readonly string[]): readonly string[] {
  const known = KNOWN.exec(text)?.[1];
  return [...services, ...(known === undefined ? [] : [known])];
}

/** The pod, ReplicaSet or Deployment of that name is one of these servers'. */
export function isOfServer(name: string, stems: readonly string[]): boolean {
  return stems.some((stem) => name.startsWith(stem) || stem.startsWith(name.replace(POD_SUFFIX, '')));
}
