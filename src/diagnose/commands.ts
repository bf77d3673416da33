import { observedValue } from '../domain/observed.ts';
import {
  PLACEHOLDERS,
  PLAINER,
  type PlaceholderName,
  replacePlaceholders,
  SHOW_LINE,
  WHERE_THE_LINE_STANDS,
} from '../domain/placeholders.ts';
import type { Quote } from '../domain/quote.ts';
import type { ApiFacts, ContainerFacts, PodFacts } from '../domain/snapshot.ts';
import { askedInARow } from '../signals/reading.ts';

/** Name of an API that a pasted text is about without naming it. */
const NAMELESS = 'unknown';

/**
 * A command of the catalogue for this API, ready to paste: names from the snapshot, quoted for a shell; one that the snapshot
 * does not tell is found by the command itself.
 */
export function fillCommand(template: string, api: ApiFacts): string {
  const names = namesOf(api);
  const word = (name: PlaceholderName): string => shellWord(names[name]) ?? `"$(${replacePlaceholders(PLACEHOLDERS[name].find, word)})"`;
  const plain = PLAINER.reduce(
    (text, { lacks, precise, plain: shorter }) => (shellWord(names[lacks]) === undefined ? text.replace(precise, shorter) : text),
    hasPreviousLog(api) ? template : template.replace(' --previous', ''),
  );
  return replacePlaceholders(plain, word);
}

/** Only a container that has restarted has a log before this one. What can not be seen may have. */
function hasPreviousLog(api: ApiFacts): boolean {
  const pod = troubledPod(api);
  return pod === undefined || (troubledContainer(pod)?.restarts ?? 0) > 0;
}

/** The command of a piece of evidence: for a line that is quoted, the one that shows it where it stands. */
export function evidenceCommand(reproduce: string, api: ApiFacts, quote: Quote | undefined): string {
  return fillCommand(reproduce === WHERE_THE_LINE_STANDS ? SHOW_LINE[quote?.from ?? 'backend-log'] : reproduce, api);
}

/**
 * The text as one word of a POSIX shell. Undefined for what is no name: empty, or with a leading dash, which a command would take
 * for an option, or with a control character.
 */
export function shellWord(text: string | undefined): string | undefined {
  if (text === undefined || text === '' || text.startsWith('-') || /[\u0000-\u001f\u007f]/.test(text)) return undefined;
  return /^[A-Za-z0-9_.,:/=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

type Names = Partial<Record<PlaceholderName, string>>;

/** Every command about an API asks for them. */
const namesOf = askedInARow((api: ApiFacts): Names => {
  const workload = observedValue(api.workload);
  const selector = observedValue(api.service)?.selector;
  return given({
    ...(api.name !== NAMELESS && { apiservice: api.name, group: api.group, version: api.version }),
    namespace: api.backend.namespace,
    service: api.backend.service,
    selector: selector ? selectorText(selector) : undefined,
    workload: workload && `${workload.kind.toLowerCase()}/${workload.name}`,
    ...namesOfAddress(api),
    ...namesOfPod(api),
  });
});

function selectorText(selector: Readonly<Record<string, string>>): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

function namesOfAddress(api: ApiFacts): Names {
  const address = observedValue(api.endpoints)?.addresses[0];
  if (!address) return {};
  return given({ pod: address.pod, node: address.node, address: address.ip, port: String(address.port) });
}

/** What is not known of the pod an address may tell. */
function namesOfPod(api: ApiFacts): Names {
  const pod = troubledPod(api);
  if (!pod) return {};
  const { name, node, ip, serviceAccount } = pod;
  return given({ pod: name, container: troubledContainer(pod)?.name, node, address: ip, serviceaccount: serviceAccount });
}

function given(names: Readonly<Partial<Record<PlaceholderName, string | undefined>>>): Names {
  return Object.fromEntries(Object.entries(names).filter(([, name]) => name));
}

/** The pod that a person should look at: one that is not ready, and of those one that has ended before. */
const troubledPod = askedInARow((api: ApiFacts): PodFacts | undefined => {
  const pods = observedValue(api.pods) ?? [];
  const trouble = (pod: PodFacts): number => (pod.ready ? 0 : 2) + (pod.containers.some(hasEnded) ? 1 : 0);
  return [...pods].sort((a, b) => trouble(b) - trouble(a) || (a.name < b.name ? -1 : 1))[0];
});

function troubledContainer({ containers }: PodFacts): ContainerFacts | undefined {
  return (
    containers.find((one) => hasEnded(one) && !one.ready) ??
    containers.find((one) => !one.ready && !one.init) ??
    containers.find(({ init }) => !init)
  );
}

function hasEnded({ lastTermination, terminated }: ContainerFacts): boolean {
  return (lastTermination ?? terminated) !== undefined;
}
