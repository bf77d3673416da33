import type { Incident } from '../domain/incident.ts';
import type { ExporterView } from './view.ts';

/** Fields that hold words of a log, an object or a server, wherever they stand in a snapshot or a diagnosis. */
const LISTS: ReadonlySet<string> = new Set(['lastWords', 'unknownTemplates', 'args']);
const TEXTS: ReadonlySet<string> = new Set(['message', 'detail', 'sample', 'unschedulable']);

/** The same view without a quoted word: verdicts, numbers, names and states stay. */
export function withoutQuotes(view: ExporterView): ExporterView {
  const { snapshot, round } = view;
  const diagnoses = stripped(round.diagnoses);
  return {
    ...view,
    snapshot: { ...snapshot, apis: stripped(snapshot.apis), cluster: stripped(snapshot.cluster) },
    round: {
      ...round,
      diagnoses: {
        ...diagnoses,
        // Of an error without a cause it is the error's own text.
        answers: diagnoses.answers.map((one) =>
          one.answer === 'errs-cause-unknown' ? { ...one, because: 'it errs; the text is not shown here' } : one,
        ),
      },
      candidates: new Map([...round.candidates].map(([api, candidates]) => [api, stripped(candidates)])),
    },
  };
}

/** The same incident without a quoted word. */
export const incidentWithoutQuotes = (incident: Incident): Incident => stripped(incident);

/** A copy; of plain JSON. */
function stripped<T>(value: T): T {
  if (Array.isArray(value)) return value.map(stripped) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, of]): [string, unknown][] => {
      if (LISTS.has(key)) return [[key, []]];
      if (!TEXTS.has(key) || typeof of !== 'string') return [[key, stripped(of)]];
      // A sample of evidence and the detail of a probe may be absent; a message is always there.
      return key === 'detail' || (key === 'sample' && 'says' in value) ? [] : [[key, '']];
    }),
  ) as T;
}
