import ts from 'typescript';

/** One way to write a piece of code wrong. */
export interface Change {
  readonly operator: Operator;
  /** Offsets in the file: what is replaced. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

export type Operator =
  | 'condition negated'
  | 'guard removed'
  | 'statement removed'
  | 'comparison'
  | 'arithmetic'
  | 'logical operator'
  | 'default dropped'
  | 'literal'
  | 'list emptied'
  | 'return emptied'
  | 'method swapped';

/** What else a token could have been: the nearest mistake, and the opposite. */
const COMPARISONS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
]);
const ARITHMETIC: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.PlusToken, '-'],
  [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AsteriskToken, '/'],
  [ts.SyntaxKind.SlashToken, '*'],
  [ts.SyntaxKind.PercentToken, '*'],
  [ts.SyntaxKind.PlusEqualsToken, '-='],
  [ts.SyntaxKind.MinusEqualsToken, '+='],
]);
const LOGICAL: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
]);
const METHODS: ReadonlyMap<string, string> = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['push', 'unshift'],
  ['find', 'findLast'],
  ['findLast', 'find'],
  ['min', 'max'],
  ['max', 'min'],
  ['startsWith', 'endsWith'],
]);
/** Calls that may be left out: what they are called on has the same type. */
const TRANSPARENT: ReadonlySet<string> = new Set(['filter', 'sort', 'slice', 'trim']);

/** Every change of this node alone; its children have their own. */
export function changesOf(node: ts.Node, source: ts.SourceFile): Change[] {
  return [
    ...conditionChanges(node, source),
    ...statementChanges(node, source),
    ...operatorChanges(node, source),
    ...literalChanges(node, source),
    ...returnChanges(node, source),
    ...methodChanges(node, source),
  ];
}

const change = (operator: Operator, node: ts.Node, source: ts.SourceFile, replacement: string): Change => ({
  operator,
  start: node.getStart(source),
  end: node.getEnd(),
  replacement,
});

function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node)) return node.expression;
  return ts.isConditionalExpression(node) || ts.isForStatement(node) ? node.condition : undefined;
}

function conditionChanges(node: ts.Node, source: ts.SourceFile): Change[] {
  const condition = conditionOf(node);
  return condition ? [change('condition negated', condition, source, `!(${condition.getText(source)})`)] : [];
}

function statementChanges(node: ts.Node, source: ts.SourceFile): Change[] {
  if (ts.isExpressionStatement(node)) return [change('statement removed', node, source, ';')];
  const then = ts.isIfStatement(node) && !node.elseStatement ? node.thenStatement : undefined;
  return then && leaves(then) ? [change('guard removed', node, source, ';')] : [];
}

function leaves(statement: ts.Statement): boolean {
  if (ts.isBlock(statement)) return statement.statements.some(leaves);
  return (
    ts.isReturnStatement(statement) || ts.isContinueStatement(statement) || ts.isBreakStatement(statement) || ts.isThrowStatement(statement)
  );
}

function operatorChanges(node: ts.Node, source: ts.SourceFile): Change[] {
  if (ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node)) return unaryChanges(node, source);
  if (!ts.isBinaryExpression(node)) return [];
  const { operatorToken, left } = node;
  const kind = operatorToken.kind;
  if (kind === ts.SyntaxKind.QuestionQuestionToken) return [change('default dropped', node, source, `(${left.getText(source)})`)];
  if (kind === ts.SyntaxKind.QuestionQuestionEqualsToken) return [change('default dropped', operatorToken, source, '=')];
  const found = [
    ['comparison', COMPARISONS.get(kind)],
    ['logical operator', LOGICAL.get(kind)],
    ['arithmetic', isText(node) ? undefined : ARITHMETIC.get(kind)],
  ] as const;
  return found.flatMap(([operator, other]) => (other === undefined ? [] : change(operator, operatorToken, source, other)));
}

/** `+` between texts is no arithmetic. */
function isText({ left, right }: ts.BinaryExpression): boolean {
  return [left, right].some((side) => ts.isStringLiteral(side) || ts.isTemplateExpression(side));
}

function unaryChanges(node: ts.PostfixUnaryExpression | ts.PrefixUnaryExpression, source: ts.SourceFile): Change[] {
  const operand = node.operand.getText(source);
  if (node.operator === ts.SyntaxKind.PlusPlusToken) return [change('arithmetic', node, source, replaceIn(node, source, '++', '--'))];
  if (node.operator === ts.SyntaxKind.MinusMinusToken) return [change('arithmetic', node, source, replaceIn(node, source, '--', '++'))];
  // As a whole condition it has its change already.
  if (node.operator !== ts.SyntaxKind.ExclamationToken || conditionOf(node.parent) === node) return [];
  return [change('condition negated', node, source, `!!(${operand})`)];
}

const replaceIn = (node: ts.Node, source: ts.SourceFile, from: string, to: string): string => node.getText(source).replace(from, to);

function literalChanges(node: ts.Node, source: ts.SourceFile): Change[] {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [change('literal', node, source, 'false')];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [change('literal', node, source, 'true')];
  if (isNegative(node)) return [change('literal', node, source, node.operand.getText(source))];
  if (ts.isNumericLiteral(node) && !isNegative(node.parent))
    return [change('literal', node, source, otherNumber(Number(node.text.replaceAll('_', ''))))];
  return ts.isArrayLiteralExpression(node) && node.elements.length > 0 ? [change('list emptied', node, source, '[]')] : [];
}

function isNegative(node: ts.Node): node is ts.PrefixUnaryExpression {
  return ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken && ts.isNumericLiteral(node.operand);
}

/** A tuned constant is another one when it is twice as much; of a small one its neighbour. */
function otherNumber(value: number): string {
  if (value === 0) return '1';
  return value === 1 ? '0' : String(value * 2);
}

function returnChanges(node: ts.Node, source: ts.SourceFile): Change[] {
  const value = returnedBy(node);
  // A boolean is turned over already, and nothing is as false as false.
  if (!value || EMPTY.includes(value.getText(source)) || ts.isVoidExpression(value)) return [];
  return [change('return emptied', value, source, 'undefined')];
}

const EMPTY: readonly string[] = ['undefined', 'true', 'false'];

function returnedBy(node: ts.Node): ts.Expression | undefined {
  if (ts.isReturnStatement(node)) return node.expression;
  return ts.isArrowFunction(node) && !ts.isBlock(node.body) ? node.body : undefined;
}

function methodChanges(node: ts.Node, source: ts.SourceFile): Change[] {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  const { name, expression } = node.expression;
  const other = METHODS.get(name.text);
  if (other !== undefined) return [change('method swapped', name, source, other)];
  return TRANSPARENT.has(name.text) ? [change('method swapped', node, source, expression.getText(source))] : [];
}
