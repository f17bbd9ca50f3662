import { transformSync } from 'esbuild'
import ts from 'typescript'
import { instrument } from './expectation.ts'
import type { Program } from './program.ts'
import { recorderFor } from './recorder.ts'

/** How a user's project loads its modules. */
export type ModuleFormat = 'esm' | 'cjs'

/** What a snippet is made into: a module that runs when it is loaded, or a worker, which runs when it is asked to. */
type Form = ModuleFormat | 'worker'

/**
 * A program as JavaScript that proves itself: run with `node --enable-source-maps`, it ends with code 0 if it ran to
 * its end and showed what its `// →` comments say, and otherwise names the document and the line on stderr.
 *
 * Made for ES2022, so that `await using` runs on Node 20. As CommonJS its imports become `require`, and the rest stands
 * in an async function, for `await` at the top needs one. A worker's stands in its test handler, for only there may it wait.
 */
export function toModule(program: Program, form: Form): string {
  const { source, expectations } = instrument(program.source, program.file)
  const { code: javascript } = transformSync(formed(source, form), {
    format: form === 'cjs' ? 'cjs' : 'esm',
    loader: 'ts',
    target: 'es2022',
    banner: recorderFor(program, expectations),
    sourcefile: program.file,
    sourcemap: 'inline',
    // Nest's decorators, which are older than those of the language.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, experimentalDecorators: true } },
  })
  return javascript
}

/** The packages that a program imports, so that a project can install them. */
export function packagesOf(program: Program): readonly string[] {
  const tree = parse(program.source)
  const names = tree.statements
    .filter(ts.isImportDeclaration)
    .map(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral).text)
    .filter((name) => !name.startsWith('node:') && !name.startsWith('.'))
    .map((name) => (/^(?:@[^/]+\/)?[^/]+/.exec(name) ?? [name])[0])
  return [...new Set(names)].sort()
}

function formed(source: string, form: Form): string {
  if (form === 'esm') return `${source}\n$snippet.end()`
  const { imports, body } = apart(source)
  return form === 'cjs'
    ? `${imports}void (async () => {${body}\n$snippet.end()})()`
    : `${imports}export default { async test() {${body}\n$snippet.end(); $snippet.prove() } }`
}

/** Imports stay at the top, in the first line; `export` has no meaning in a function. No line moves. */
function apart(source: string): { imports: string; body: string } {
  const tree = parse(source)
  let imports = ''
  let body = source
  for (const statement of tree.statements) {
    if (ts.isImportDeclaration(statement)) {
      imports += `${statement.getText(tree).replace(/\s+/g, ' ')};`
      body = blank(body, statement)
    }
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
    const exported = modifiers?.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    if (exported !== undefined) body = blank(body, exported)
  }
  return { imports, body }

  function blank(text: string, node: ts.Node): string {
    const start = node.getStart(tree)
    const spaces = text.slice(start, node.end).replace(/[^\n]/g, ' ')
    return text.slice(0, start) + spaces + text.slice(node.end)
  }
}

function parse(source: string): ts.SourceFile {
  return ts.createSourceFile('snippet.ts', source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS)
}
