import { Ajv2020 } from 'ajv/dist/2020.js';
import { openApiDocument } from '../../../src/expose/openapi/document.ts';

type Json = Readonly<Record<string, unknown>>;

/** The published document is open for fields of later versions. Here it is closed: what an answer gains has to be declared. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, of]) => [key, closed(of)]));
  return 'properties' in copy && !('additionalProperties' in copy) ? { ...copy, additionalProperties: false } : copy;
}

interface Responses {
  readonly paths: Readonly<
    Record<string, { readonly get: { readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, Json>> }>> } }>
  >;
}

const DOCUMENT = openApiDocument('1.2.3');
const { paths } = DOCUMENT as Responses;
const schemas = closed((DOCUMENT as { components: { schemas: Json } }).components.schemas) as Json;
const ajv = new Ajv2020({ allErrors: true, strict: false });
ajv.addSchema({ $id: 'answers', components: { schemas } });

/** The paths that are declared. */
export const DECLARED = Object.keys(paths);

/** What is wrong with a body by a schema of the document; empty: nothing. */
export function wrongBy(schema: 'Diagnoses' | 'Status' | 'Incidents' | 'Error', body: unknown): string[] {
  return wrong({ $ref: `answers#/components/schemas/${schema}` }, body);
}

/** What is wrong with an answer by what the document says of its path and status; empty: nothing. */
export function wrongAnswer(path: string, { status, type, body }: { status: number; type: string; body: string }): string[] {
  const response = paths[path]?.get.responses[String(status)];
  if (!response) return [`${path} ${status} is not declared`];
  const [media = ''] = type.split(';');
  const { schema } = response.content[media] ?? {};
  if (schema === undefined) return [`${path} ${status} with ${media} is not declared; ${Object.keys(response.content).join(', ')} is`];
  return wrong(rebased(schema), media === 'application/json' ? JSON.parse(body) : body);
}

const rebased = (schema: unknown): object => JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"answers#/')) as object;

function wrong(schema: object, body: unknown): string[] {
  const validate = ajv.compile(schema);
  if (validate(body)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = '', params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}
