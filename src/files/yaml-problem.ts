import { YAMLException } from 'js-yaml';

/** js-yaml's words for a bracket that was never closed say something of indentation. */
const CLEARER: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    'deficient indentation': 'a bracket, brace or quote that was opened before is not closed, or this line is indented too little',
    'unexpected end of the stream within a flow collection': 'a bracket or brace that was opened before is not closed',
  }),
);

/** What is wrong with a text that is no YAML, and where: `line 2, column 1: …`. */
export function yamlProblem(error: unknown): string {
  if (!(error instanceof YAMLException)) return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  const { reason, mark } = error;
  const said = CLEARER.get(reason) ?? reason;
  return mark ? `line ${mark.line + 1}, column ${mark.column + 1}: ${said}` : said;
}
