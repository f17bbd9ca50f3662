import ts from 'typescript'

/** What a snippet says that it shows: a group of `// →` comments after a statement. */
export interface Expectation {
  /** The line of the first comment. */
  readonly line: number
  /** The text; white space counts as one space, `…` stands for anything. */
  readonly text: string
}

/** A program that records what it shows, by the line of the expectation. */
export interface Instrumented {
  readonly source: string
  readonly expectations: readonly Expectation[]
}

interface Edit {
  readonly position: number
  readonly remove?: number
  readonly insert: string
}

type Shown = ts.ExpressionStatement | ts.VariableStatement

/**
 * Turns every statement that a `// →` comment follows, on its line or on the next ones, into one that records its
 * value: what `console.log` prints, the value of any other expression, the value of a declared constant. Lines stay
 * where they are.
 */
export function instrument(source: string, file: string): Instrumented {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS)
  const expectations = expectationsOf(source)
  const statements = statementsOf(tree)
  const edits = expectations.flatMap((expectation) => {
    const statement = statements.find(
      (candidate) => lineOf(tree, candidate.end) === expectation.statementLine,
    )
    if (statement === undefined) {
      throw new Error(`${file}:${expectation.line}: no statement ends before this // → comment.`)
    }
    return editsOf(statement, expectation, tree)
  })
  return { source: applied(source, edits), expectations }
}

interface PlacedExpectation extends Expectation {
  readonly statementLine: number
}

function expectationsOf(source: string): readonly PlacedExpectation[] {
  const found: { line: number; text: string; statementLine: number }[] = []
  let previous = 0
  source.split('\n').forEach((content, index) => {
    const [, before, text = ''] = /^(.*?)\/\/ →(.*)$/.exec(content) ?? []
    if (before === undefined) return
    const line = index + 1
    const isAlone = before.trim() === ''
    const last = found.at(-1)
    if (isAlone && previous === line - 1 && last !== undefined) last.text += ` ${text}`
    else found.push({ line, text, statementLine: isAlone ? line - 1 : line })
    previous = line
  })
  return found.map((expectation) => ({ ...expectation, text: collapse(expectation.text) }))
}

/** The statements that can show something, the innermost first where several end together. */
function statementsOf(tree: ts.SourceFile): readonly Shown[] {
  const statements: Shown[] = []
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit)
    if (ts.isExpressionStatement(node) || ts.isVariableStatement(node)) statements.push(node)
  }
  visit(tree)
  return statements.sort((a, b) => b.end - a.end || b.pos - a.pos)
}

function editsOf(statement: Shown, { line, text }: Expectation, tree: ts.SourceFile): readonly Edit[] {
  if (ts.isVariableStatement(statement)) {
    const [declaration, another] = statement.declarationList.declarations
    if (declaration === undefined || another !== undefined || !ts.isIdentifier(declaration.name)) {
      throw new Error(`${tree.fileName}:${line}: '${text}' belongs to a declaration without a single name.`)
    }
    return [{ position: statement.end, insert: `; $snippet.value(${line}, ${declaration.name.text})` }]
  }
  const { expression } = statement
  const start = expression.getStart(tree)
  const isLog = ts.isCallExpression(expression) && expression.expression.getText(tree) === 'console.log'
  if (isLog) return [{ position: start, remove: 'console.log'.length, insert: `$snippet.log(${line})` }]
  return [
    { position: start, insert: `$snippet.value(${line}, (` },
    { position: expression.end, insert: '))' },
  ]
}

function applied(source: string, edits: readonly Edit[]): string {
  const fromTheEnd = [...edits].sort((a, b) => b.position - a.position)
  return fromTheEnd.reduce(
    (text, { position, remove = 0, insert }) =>
      text.slice(0, position) + insert + text.slice(position + remove),
    source,
  )
}

function lineOf(tree: ts.SourceFile, position: number): number {
  return tree.getLineAndCharacterOfPosition(position).line + 1
}

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
