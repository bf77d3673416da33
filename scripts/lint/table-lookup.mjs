import ts from 'typescript';

/**
 * An object literal knows `constructor`, `toString` and the other names of Object.prototype. Asked with a text of strangers (a metric's
 * name, a word of a log, a macro of a schedule) it answers with a function. So a table is asked with a key of a closed type, or it is
 * a Map, or has no prototype (`{ __proto__: null, … }`), or is asked through Object.hasOwn.
 */
export const tableLookup = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      open: '{{table}} is an object literal and knows `constructor` too: any text asks it here. Make it a Map, or give the key a closed type.',
    },
  },
  create(context) {
    const { esTreeNodeToTSNodeMap: nodes, program } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    const report = (node, table) => context.report({ node, messageId: 'open', data: { table: context.sourceCode.getText(table) } });
    return {
      MemberExpression(node) {
        if (!node.computed || node.property.type === 'Literal' || isWritten(node)) return;
        if (isAnyText(checker.getTypeAtLocation(nodes.get(node.property))) && isTable(checker, nodes.get(node.object)))
          report(node, node.object);
      },
      BinaryExpression(node) {
        if (node.operator !== 'in' || node.left.type === 'Literal' || node.left.type === 'PrivateIdentifier') return;
        if (isAnyText(checker.getTypeAtLocation(nodes.get(node.left))) && isTable(checker, nodes.get(node.right))) report(node, node.right);
      },
    };
  },
};

/** A plain assignment asks nothing; `+=` and `??=` do. */
function isWritten(node) {
  return node.parent.type === 'AssignmentExpression' && node.parent.left === node && node.parent.operator === '=';
}

/** Not a closed union of words, not a number. */
function isAnyText(type) {
  if (type.isUnion()) return type.types.some(isAnyText);
  return (type.flags & (ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral | ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
}

/** Whether the expression names something that was written as an object literal with a prototype. */
function isTable(checker, expression) {
  const bare = withoutTypes(expression);
  if (ts.isObjectLiteralExpression(bare)) return !hasNullPrototype(bare);
  let symbol = checker.getSymbolAtLocation(ts.isPropertyAccessExpression(bare) ? bare.name : bare);
  if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const declaration = symbol?.valueDeclaration;
  if (
    declaration === undefined ||
    !(ts.isVariableDeclaration(declaration) || ts.isPropertyAssignment(declaration) || ts.isPropertyDeclaration(declaration))
  )
    return false;
  const value = declaration.initializer && withoutTypes(declaration.initializer);
  return value !== undefined && (isMadeOfEntries(value) || (ts.isObjectLiteralExpression(value) && !hasNullPrototype(value)));
}

function withoutTypes(expression) {
  let inner = expression;
  while (
    ts.isAsExpression(inner) ||
    ts.isSatisfiesExpression(inner) ||
    ts.isParenthesizedExpression(inner) ||
    ts.isNonNullExpression(inner)
  )
    inner = inner.expression;
  return inner;
}

function isMadeOfEntries(value) {
  return ts.isCallExpression(value) && value.expression.getText() === 'Object.fromEntries';
}

function hasNullPrototype(literal) {
  return literal.properties.some(
    (property) =>
      ts.isPropertyAssignment(property) &&
      property.name.getText() === '__proto__' &&
      property.initializer.kind === ts.SyntaxKind.NullKeyword,
  );
}
