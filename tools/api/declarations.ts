import { ts } from '../matrix/typescript.ts'

const printer = ts.createPrinter({ removeComments: true })

/** The statements that declare a symbol, as TypeScript prints them without comments; overloads in their order. */
export function printDeclarations(symbol: ts.Symbol): string {
  const statements = new Set((symbol.declarations ?? []).map(statementOf))
  return [...statements]
    .map((node) => printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()))
    .join('\n')
}

/** Symbols that the declarations of a symbol mention, in their order. */
export function mentions(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol[] {
  const found = new Set<ts.Symbol>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const mentioned = checker.getSymbolAtLocation(node)
      if (mentioned !== undefined) found.add(withoutAlias(mentioned, checker))
    }
    ts.forEachChild(node, visit)
  }
  for (const declaration of symbol.declarations ?? []) visit(statementOf(declaration))
  return [...found]
}

/** What an import or a re-export stands for. */
export function withoutAlias(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** Whether a symbol is declared at the top of a file: not a member, a parameter or a type parameter. */
export function isTopLevel(symbol: ts.Symbol): boolean {
  return (
    (symbol.declarations ?? []).some((declaration) => ts.isSourceFile(statementOf(declaration).parent)) &&
    (symbol.declarations ?? []).every(
      (declaration) => declaration === statementOf(declaration) || ts.isVariableDeclaration(declaration),
    )
  )
}

/** `a` in `const a = 1` is declared by the whole statement. */
function statementOf(declaration: ts.Declaration): ts.Node {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
}
