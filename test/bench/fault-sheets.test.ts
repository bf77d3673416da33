import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, it } from 'vitest';

const TABLES = 'test/correlations/tables';
/** The whole of what Kubernetes says, in which nothing but the names of the cluster could be another. */
const NO_OTHER_WORDS: readonly string[] = [
  'service/tide-gauge in "harbour" is not present',
  'service/tide-gauge in "harbour" is not listening on port 443',
];

/** Every text of three words and more that stands in a file; templates as they are written. */
function textsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    else if (ts.isTemplateExpression(node)) found.push(node.getText(source).slice(1, -1));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.filter((text) => text.split(/\s+/).length >= 3);
}

it('the sheets by which accuracy is judged share no text with the tables by which the catalogue was written', () => {
  const written = new Map(readdirSync(TABLES).flatMap((file) => textsOf(`${TABLES}/${file}`).map((text) => [text, file] as const)));
  const judging = textsOf('bench/fault-sheets.ts');
  expect([written.size, judging.length].every((count) => count > 20)).toBe(true);
  const shared = judging.filter((text) => written.has(text) && !NO_OTHER_WORDS.includes(text));
  expect(shared.map((text) => `${text} (${written.get(text)})`)).toEqual([]);
});
