import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { compile, type Diagnostic } from './compile.ts'
import type { Program } from './program.ts'
import { type Project, ROOT } from './project.ts'

/** Names that a package exports, each with the subpath to import it from. */
type Exports = ReadonlyMap<string, string>

/** `'order' is of type 'unknown'`: nobody knows what the reader's functions give. */
const OF_THE_READER = /^error TS(18046|2571):/

const NO_NAME = /Cannot find name '([\w$]+)'|No value exists in scope for the shorthand property '([\w$]+)'/

/**
 * Compiles the `@example` blocks in the sources of a package. A block is read as the body of an async function, in
 * which the names that its package exports are there, and everything else is imported as in any program. Other names
 * belong to the reader's program: they are there too, and can be anything. A name that only looks like an export is a
 * mistake.
 */
export async function compileExamples(
  name: string,
  folder: string,
  project: Project,
): Promise<readonly Diagnostic[]> {
  const exports = exportsOf(name, folder)
  const examples = examplesOf(folder)
  // The reader's callbacks take what the reader's functions give them, which nobody knows.
  const options = { noImplicitAny: false, strictPropertyInitialization: false, verbatimModuleSyntax: false }
  const alone = examples.map((example) => withContext(example, exports, new Set()))
  const unknown = new Map<Program, Set<string>>()
  for (const { program, message } of await compile(alone, project, options)) {
    const missing = nameMissing(message, exports)
    if (missing === undefined) continue
    unknown.set(program, (unknown.get(program) ?? new Set()).add(missing))
  }
  const inContext = examples.map((example, index) => {
    const program = alone[index]
    return withContext(example, exports, (program && unknown.get(program)) ?? new Set())
  })
  const diagnostics = await compile(inContext, project, options)
  return diagnostics.filter(({ message }) => !OF_THE_READER.test(message))
}

/** The `@example` blocks of a package's sources. */
export function examplesOf(folder: string): readonly Program[] {
  return globSync('src/**/*.ts', {
    cwd: folder,
    exclude: (path) => /\.(test|test-d|bench)\.ts$/.test(String(path)),
  })
    .sort()
    .flatMap((path) => {
      const file = join(folder, path)
      const name = file.startsWith(ROOT) ? file.slice(ROOT.length + 1) : file
      return examplesIn(readFileSync(file, 'utf8'), name.split(sep).join('/'))
    })
}

/** A block reaches from its tag to the next tag or the end of the comment. */
function examplesIn(text: string, file: string): readonly Program[] {
  const examples: Program[] = []
  let code: string[] | undefined
  let start = 0
  text.split('\n').forEach((content, index) => {
    if (/^\s*\* @example\s*$/.test(content)) {
      close()
      code = []
      start = index + 2
    } else if (/^\s*(\*\/|\* @)/.test(content)) close()
    else code?.push(content.replace(/^\s*\* ?/, '').replace(/^```.*/, ''))
  })
  return examples

  function close(): void {
    if (code === undefined) return
    const source = `${'\n'.repeat(start - 1)}${code.join('\n')}`
    examples.push({ file, line: start, source, run: false, installs: [] })
    code = undefined
  }
}

/** An example apart: what it imports, with every name of its package that it uses, and what it does. */
export function contextOf(
  example: Program,
  name: string,
  folder: string,
): { readonly imports: readonly string[]; readonly body: string } {
  const used = [...exportsOf(name, folder)].filter(([exported]) =>
    new RegExp(`\\b${exported}\\b`).test(example.source),
  )
  return apart(example, new Map(used))
}

/** All of the context stands in the first line, and after the last. */
function withContext(example: Program, exports: Exports, free: ReadonlySet<string>): Program {
  const { imports, body } = apart(example, exports)
  const anything = [...free].map((name) => `declare const ${name}: any; type ${name} = any`)
  // What adds to a module can only stand at the top.
  const [before, after] = /^declare module /m.test(body)
    ? ['', 'export {}']
    : ['async function example() {', '}\nexport { example }']
  const source = `${imports.join(' ')} ${before}${body}\n${after}\n${anything.join('\n')}\n`
  return { ...example, source }
}

function apart(example: Program, exports: Exports): { imports: string[]; body: string } {
  const imports: string[] = []
  const body = example.source.replace(/^import [^'"]*['"][^'"]+['"];?$/gm, (text) => {
    imports.push(text.replace(/;?$/, ';').replace(/\n/g, ' '))
    return text.replace(/[^\n]/g, '')
  })
  for (const [name, from] of exports) {
    const isImported = imports.some((text) => new RegExp(`\\b${name}\\b`).test(text))
    if (!isImported) imports.push(`import { ${name} } from '${from}';`)
  }
  return { imports, body }
}

/** The name that the compiler misses, if it can be the reader's. */
function nameMissing(message: string, exports: Exports): string | undefined {
  const [, name, shorthand] = NO_NAME.exec(message) ?? []
  const [, similar = ''] = /Did you mean '([\w$]+)'\?/.exec(message) ?? []
  // `results` is not a slip of `Result`: a name that begins in another case is another name.
  return exports.has(similar) && similar[0] === name?.[0] ? undefined : (name ?? shorthand)
}

/** Read from the faces of its patterns, which hold named exports only. */
function exportsOf(name: string, folder: string): Exports {
  const exports = new Map<string, string>()
  for (const path of globSync('src/*/index.ts', { cwd: folder }).sort()) {
    const subpath = `${name}/${path.split(/[\\/]/)[1]}`
    for (const [, names = ''] of readFileSync(join(folder, path), 'utf8').matchAll(
      /export (?:type )?\{([^}]*)\}/g,
    )) {
      for (const part of names.split(',')) {
        const exported = part
          .trim()
          .replace(/^type /, '')
          .split(' as ')
          .at(-1)
        if (exported) exports.set(exported, subpath)
      }
    }
  }
  return exports
}
