import type { Change, ChangeKind } from '../../domain/snapshot.ts';
import type { Writer } from '../../kube/managed-fields.ts';
import type { Backend } from '../../objects/backend.ts';

/** What is created this close to its APIService was installed with it. */
const BIRTH_MS = 600_000;
/** Times of managedFields and of the creation have whole seconds. */
const SECOND_MS = 1000;

/** An object, or a part of it, as it tells when and by whom it was written. Times are Unix milliseconds. */
interface Writing {
  readonly what: ChangeKind;
  readonly object: string;
  readonly createdAt?: number | undefined;
  readonly writer: Writer | undefined;
  /** What its writer did. */
  readonly summary: string;
}

/** What a backend's objects tell of the time since then, by their creation and their managers. @param since Unix milliseconds. */
export function pastChanges(backend: Backend, since: number): Change[] {
  return writingsOf(backend).flatMap((writing) => pastChange(writing, backend.api.createdAt, since) ?? []);
}

function writingsOf({ api, service, workload }: Backend): Writing[] {
  const { writer, caWriter, createdAt } = api;
  const object = `APIService ${api.name}`;
  const specWriter = writer && caWriter && writer.at === caWriter.at ? undefined : writer;
  const writings: Writing[] = [{ what: 'apiservice', object, createdAt, writer: specWriter, summary: 'spec was written' }];
  if (caWriter && (createdAt === undefined || caWriter.at > createdAt + SECOND_MS))
    writings.push({ what: 'ca-bundle', object, writer: caWriter, summary: 'caBundle was written' });
  if (service) writings.push({ ...writingOf(service, `Service ${service.namespace}/${service.name}`), what: 'service' });
  if (workload) writings.push({ ...writingOf(workload, `${workload.kind} ${workload.namespace}/${workload.name}`), what: 'rollout' });
  return writings;
}

function writingOf({ createdAt, writer }: Pick<Writing, 'createdAt' | 'writer'>, object: string): Omit<Writing, 'what'> {
  return { object, createdAt, writer, summary: 'spec was written' };
}

/** Undefined: nothing happened since then. @param birth of the API. */
function pastChange({ what, object, createdAt, writer, summary }: Writing, birth: number | undefined, since: number): Change | undefined {
  if (createdAt !== undefined && createdAt >= since) {
    // With a new API its Service and pods are new: that is its birth, and no change of it.
    if (what !== 'apiservice' && birth !== undefined && Math.abs(createdAt - birth) < BIRTH_MS) return undefined;
    return { what, at: createdAt, object, summary: 'was created', ...(writer ? { manager: writer.manager } : {}) };
  }
  return writer && writer.at >= since ? { what, at: writer.at, object, summary, manager: writer.manager } : undefined;
}
