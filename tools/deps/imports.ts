import { ts } from '../matrix/typescript.ts'

/** One import, re-export or `import()` of a file. */
export interface Import {
  /** What stands between the quotes. */
  readonly specifier: string
  /** From 1. */
  readonly line: number
  /** Types are gone at run time, lazy ones are loaded when a call gets there. */
  readonly kind: 'value' | 'type' | 'lazy'
  /** `export *`, with or without a name. */
  readonly star: boolean
  /** The names that `export { … } from` gives out. */
  readonly names: readonly string[]
}

/** Every import of a TypeScript file. */
export function importsOf(text: string): Import[] {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest)
  const found: Import[] = []
  const visit = (node: ts.Node): void => {
    const one = importAt(node, source)
    if (one !== undefined) found.push(one)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function importAt(node: ts.Node, source: ts.SourceFile): Import | undefined {
  const make = (target: ts.Node | undefined, kind: Import['kind']): Import | undefined => {
    if (target === undefined || !ts.isStringLiteralLike(target)) return undefined
    const { line } = source.getLineAndCharacterOfPosition(target.getStart(source))
    return { specifier: target.text, line: line + 1, kind, star: false, names: [] }
  }
  // `import { type A }` leaves `import {}` behind under verbatimModuleSyntax: only `import type` is gone at run time.
  if (ts.isImportDeclaration(node)) {
    const erased = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    return make(node.moduleSpecifier, erased ? 'type' : 'value')
  }
  if (ts.isExportDeclaration(node)) {
    const one = make(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value')
    return one && { ...one, ...givenOut(node.exportClause) }
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return make(node.argument.literal, 'type')
  if (ts.isExternalModuleReference(node)) return make(node.expression, 'value')
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return make(node.arguments[0], 'lazy')
  }
  return undefined
}

function givenOut(clause: ts.NamedExportBindings | undefined): Pick<Import, 'star' | 'names'> {
  const star = clause === undefined || ts.isNamespaceExport(clause)
  return { star, names: star ? [] : clause.elements.map(({ name }) => name.text) }
}
