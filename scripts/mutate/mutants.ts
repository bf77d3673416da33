import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { type Change, changesOf, type Operator } from './operators.ts';

/** One change to one file. */
export interface Mutant {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly line: number;
  readonly operator: Operator;
  /** What stands there, and what stands there instead; each on one line. */
  readonly from: string;
  readonly to: string;
  /** The whole line as it stands, trimmed: with `from` and `to` it names the mutant, wherever the line goes. */
  readonly code: string;
  /** Name of the innermost named function or method around it; empty where there is none. */
  readonly in: string;
  /** The whole file with the change. */
  readonly text: string;
}

/** Every mutant of a file, in the order of its text. @param text default: what stands on disk. */
export function mutantsOf(file: string, text = readFileSync(file, 'utf8')): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const lines = text.split('\n');
  const changes: (Change & { readonly in: string })[] = [];
  const visit = (node: ts.Node, around: string): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
    changes.push(...changesOf(node, source).map((change) => ({ ...change, in: around })));
    const name = (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && node.name ? node.name.getText(source) : around;
    ts.forEachChild(node, (child) => visit(child, name));
  };
  visit(source, '');
  return changes
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map(({ operator, start, end, replacement, in: around }) => {
      const { line } = source.getLineAndCharacterOfPosition(start);
      return {
        file,
        line: line + 1,
        operator,
        from: oneLine(text.slice(start, end)),
        to: oneLine(replacement),
        code: lines[line]!.trim(),
        in: around,
        text: text.slice(0, start) + replacement + text.slice(end),
      };
    });
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
