import { diagnosesOf } from '../domain/diagnosis.ts';
import { observedValue } from '../domain/observed.ts';
import type { ExporterView } from './view.ts';

/** A JSON answer of the HTTP API. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const NOT_YET: Answer = { status: 503, body: { error: 'waiting for the first tick' } };

/** GET /api/v1/diagnoses[?apiservice=NAME…]: Diagnoses as diagnose prints them; a name that is not watched is 404. */
export function diagnosesAnswer(view: ExporterView | undefined, filter: unknown): Answer {
  if (!view) return NOT_YET;
  const { diagnoses } = view.round;
  const wanted = (Array.isArray(filter) ? filter : [filter]).filter((name): name is string => typeof name === 'string' && name !== '');
  if (wanted.length === 0) return { status: 200, body: diagnoses };
  const unknown = wanted.filter((name) => !view.snapshot.apis.some((api) => api.name === name));
  if (unknown.length > 0) return { status: 404, body: { error: `not watched: ${unknown.join(', ').slice(0, 512)}` } };
  return {
    status: 200,
    body: diagnosesOf(diagnoses, new Set(wanted)),
  };
}

/** GET /api/v1/status: what is watched, through which sources, and the error lines that no signature knows. Times in Unix seconds. */
export function statusAnswer(view: ExporterView | undefined, version: string): Answer {
  if (!view) return NOT_YET;
  const { snapshot, round } = view;
  const answers = new Map(round.diagnoses.answers.map(({ apiservice, answer }) => [apiservice, answer]));
  const causes = new Map(round.diagnoses.diagnoses.map((diagnosis) => [diagnosis.apiservice, diagnosis]));
  return {
    status: 200,
    body: {
      schema: 'aggregated-api-exporter/status/v1',
      version,
      time: snapshot.time / 1000,
      serverVersion: snapshot.cluster.serverVersion ?? null,
      sources: snapshot.sources.map(({ lastSuccess, ...source }) => ({
        ...source,
        ...(lastSuccess !== undefined && { lastSuccess: lastSuccess / 1000 }),
      })),
      targets: snapshot.apis.map((api) => ({
        apiservice: api.name,
        backend: api.backend,
        available: observedValue(api.condition)?.status ?? null,
        answer: answers.get(api.name) ?? null,
        cause: causes.get(api.name)?.cause ?? null,
        confidence: causes.get(api.name)?.confidence ?? null,
        pattern: round.patterns.get(api.name)?.name ?? null,
        ...(api.deletedAt !== undefined && { deletedAt: api.deletedAt / 1000 }),
      })),
      unknownLogTemplates: snapshot.apis.flatMap((api) =>
        (observedValue(api.logs)?.unknownTemplates ?? []).map(({ lastAt, ...template }) => ({
          apiservice: api.name,
          ...template,
          lastAt: lastAt / 1000,
        })),
      ),
    },
  };
}
