import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * Compares the printed dashboards with the types of Grafana's own schema: a field that there is not, or a value that it cannot have, is an
 * error of the compiler. Exit code 1, and a line for each. Also when a dashboard that was made wrong passes: then nothing is compared.
 *   tsx scripts/dashboards/check.ts
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = join(ROOT, 'dashboards');

const printed = new Map(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]),
);
const ONE = required(printed.get('aggregated-api-one.json'));
const WRONG = new Map([
  ['a field of a panel', ONE.replace('"gridPos":', '"gridPosition":')],
  ['a field of its options', ONE.replace('"showLegend":', '"showLegends":')],
  ['a value of its options', ONE.replace('"displayMode": "table"', '"displayMode": "tables"')],
  ['a field of a query', ONE.replace('"legendFormat":', '"legend":')],
  ['a kind of panel', ONE.replace('"type": "timeseries"', '"type": "graph"')],
  ['a field of an annotation', ONE.replace('"titleFormat":', '"titleForm":')],
]);

function required(text: string | undefined): string {
  if (text === undefined) throw new Error(`${FOLDER} has no aggregated-api-one.json: npm run generate prints it`);
  return text;
}

/** What the compiler says of each, by its name. */
function compared(jsons: ReadonlyMap<string, string>): Map<string, readonly ts.Diagnostic[]> {
  const types = join(ROOT, 'scripts/dashboards/grafana.ts');
  const path = (name: string): string => join(FOLDER, `${name}.ts`);
  const texts = new Map(
    [...jsons].map(([name, json]) => [
      path(name),
      `import type { GrafanaDashboard } from ${JSON.stringify(types)}; export const printed: GrafanaDashboard = ${json};`,
    ]),
  );
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { readonly config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.getSourceFile = (file, version, ...rest) => {
    const text = texts.get(file);
    return text === undefined ? getSourceFile(file, version, ...rest) : ts.createSourceFile(file, text, version);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return new Map([...jsons.keys()].map((name) => [name, program.getSemanticDiagnostics(program.getSourceFile(path(name)))]));
}

const said = compared(new Map([...printed, ...WRONG]));
const faults = [...printed.keys()].flatMap((name) =>
  (said.get(name) ?? []).map(({ file, start = 0, messageText }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `dashboards/${name}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  }),
);
const passed = [...WRONG.keys()]
  .filter((what) => said.get(what)?.length === 0)
  .map((what) => `passes, though ${what} is none of Grafana's`);
for (const line of [...faults, ...passed]) console.error(line);
process.exitCode = faults.length + passed.length > 0 ? 1 : 0;
