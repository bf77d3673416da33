import * as z from 'zod';
import { INCIDENT } from '../../incidents/parse-incident.ts';
import { DIAGNOSES, DIAGNOSIS, EVIDENCE } from './diagnoses.ts';
import { INCIDENTS } from './incidents.ts';
import { STATUS } from './status.ts';

const ERROR = z.object({ error: z.string().describe('What is wrong, and what is allowed') });

/** Under these names they stand in components/schemas. */
const SCHEMAS = {
  Diagnoses: DIAGNOSES,
  Diagnosis: DIAGNOSIS,
  Evidence: EVIDENCE,
  Status: STATUS,
  Incidents: INCIDENTS,
  Incident: INCIDENT,
  Error: ERROR,
};
type SchemaName = keyof typeof SCHEMAS;

const reference = (name: string) => `#/components/schemas/${name}`;

interface Described {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

const json = (name: SchemaName, description: string): Described => ({
  description,
  content: { 'application/json': { schema: { $ref: reference(name) } } },
});
const TEXT = { 'text/plain': { schema: { type: 'string' } } };
const text = (description: string): Described => ({ description, content: TEXT });

/** What is answered before any endpoint is asked, on every path. */
const BEFORE: Readonly<Record<string, Described>> = {
  '401': text('Basic authentication, or a bearer token where evidence is guarded (web.evidence), is wanted'),
  '403': text('The user of the bearer token lacks the right to read evidence'),
  '405': text('Only GET and HEAD are allowed'),
  '421': text('The host is not served over loopback (web.allowed_hosts)'),
  '429': text('Over the rate limit of the web configuration, or too many passwords are being compared'),
};

const UNAVAILABLE = 'The kube-apiserver does not say whom a bearer token belongs to';

interface Operation {
  readonly summary: string;
  readonly operationId: string;
  readonly parameters?: readonly object[];
  readonly responses: Readonly<Record<string, Described>>;
}

const PATHS: Readonly<Record<string, Operation>> = {
  '/api/v1/diagnoses': {
    summary: 'What fails, why, how sure, and what to do: as `diagnose -o json` prints it',
    operationId: 'diagnoses',
    parameters: [query('apiservice', 'Only of this APIService; more than once: of these', { type: 'array', items: { type: 'string' } })],
    responses: {
      '200': json('Diagnoses', 'The answer of the newest tick'),
      '404': json('Error', 'One that was asked for is not watched'),
      '503': {
        description: `Nothing is known yet: the error says what is waited for. As text: ${UNAVAILABLE}`,
        content: { 'application/json': { schema: { $ref: reference('Error') } }, ...TEXT },
      },
    },
  },
  '/api/v1/status': {
    summary: 'What is watched, through which sources, and what they are waiting for',
    operationId: 'status',
    responses: { '200': json('Status', 'The newest tick, or how far each source is before it'), '503': text(UNAVAILABLE) },
  },
  '/api/v1/incidents': {
    summary: 'What failed, from its begin to its end',
    operationId: 'incidents',
    parameters: [
      query('since', 'Those that went on then or later: Unix seconds, a time as RFC 3339 has it, or how long ago, such as 30m, 24h or 7d', {
        type: 'string',
      }),
      query('apiservice', 'Only of this APIService', { type: 'string' }),
    ],
    responses: {
      '200': json('Incidents', 'Newest first'),
      '400': json('Error', 'A parameter that is none, or a value that is not allowed'),
      '503': text(UNAVAILABLE),
    },
  },
  '/api/v1/openapi.json': {
    summary: 'This document',
    operationId: 'openapi',
    responses: {
      '200': { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
      '503': text(UNAVAILABLE),
    },
  },
};

/**
 * OpenAPI 3.1 of /api/v1, from the schemas that the answers' types are held against. Objects may get more fields in later versions: they
 * are open in it.
 * @param server path before /api/v1, as people reach it.
 */
export function openApiDocument(version: string, server = '/'): object {
  const paths = Object.entries(PATHS).map(([path, { responses, ...operation }]) => [
    path,
    { get: { ...operation, responses: { ...responses, ...BEFORE } } },
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'aggregated-api-exporter',
      version,
      description:
        'Why Kubernetes aggregated APIs fail. Everything is read-only. Fields are added in later versions; none is taken away within v1.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: server }],
    security: [{}, { basic: [] }, { bearer: [] }],
    paths: Object.fromEntries(paths),
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'Where the web configuration has basic_auth_users' },
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token that the kube-apiserver knows, where web.evidence is authenticated',
        },
      },
    },
  };
}

function query(name: string, description: string, schema: object): object {
  return { name, in: 'query', required: false, description, schema };
}

function componentSchemas(): Record<string, object> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  // As input: objects are open there.
  const { schemas } = z.toJSONSchema(registry, { uri: reference, io: 'input' });
  return Object.fromEntries(Object.entries(schemas).map(([name, { $id: _, $schema: __, ...schema }]): [string, object] => [name, schema]));
}
