import { join, sep } from 'node:path'
import { ts } from '../matrix/typescript.ts'
import { type Manifest, specifier, subpaths } from '../workspace/manifest.ts'
import { isTopLevel, mentions, printDeclarations, withoutAlias } from './declarations.ts'

/** A built package. */
export interface Reported {
  readonly folder: string
  readonly manifest: Manifest
}

/** Exported name → what it is. */
type Exports = ReadonlyMap<string, ts.Symbol>

/**
 * The public types of a built package as one text: for each subpath its declarations by name, for the root face the
 * names alone, and in the end the declarations that nobody can import but public ones mention. The same declarations
 * give the same text.
 */
export function apiReport({ folder, manifest }: Reported): string {
  const { checker, faces } = load(folder, manifest)
  const printed = new Map<ts.Symbol, string>()
  const sections = [...faces].map(([subpath, exports]) => {
    const blocks = [...exports].map(([name, symbol]) => block(name, symbol, subpath, printed))
    return section(specifier(manifest, subpath), blocks)
  })
  const hidden = hiddenSymbols([...printed.keys()], checker, folder).map(printDeclarations)
  const behind = hidden.length === 0 ? [] : [section('Not exported, but mentioned above', hidden.sort())]
  const head = `# Public types of ${manifest.name}\n\nWritten by \`pnpm api:report\`; a change here is a change for users.\n`
  return [head, ...sections, ...behind].join('\n')
}

function load(
  folder: string,
  manifest: Manifest,
): { checker: ts.TypeChecker; faces: ReadonlyMap<string, Exports> } {
  // The root re-exports the others: it comes last, so that each declaration stands where it lives.
  const ordered = subpaths(manifest).sort((a, b) => Number(a === '.') - Number(b === '.') || (a < b ? -1 : 1))
  const files = new Map(ordered.map((subpath) => [subpath, join(folder, typesOf(manifest, subpath))]))
  const program = ts.createProgram([...files.values()], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    types: [],
  })
  const checker = program.getTypeChecker()
  const faces = new Map([...files].map(([subpath, file]) => [subpath, exportsOf(program, checker, file)]))
  return { checker, faces }
}

function typesOf(manifest: Manifest, subpath: string): string {
  const target = manifest.exports?.[subpath]
  const types = typeof target === 'object' ? target['types'] : undefined
  if (types === undefined) throw new Error(`${manifest.name} ${subpath} has no types in exports.`)
  return types
}

function exportsOf(program: ts.Program, checker: ts.TypeChecker, file: string): Exports {
  const source = program.getSourceFile(file)
  if (source === undefined) throw new Error(`${file} is not built.`)
  const symbol = checker.getSymbolAtLocation(source)
  const names = symbol === undefined ? [] : checker.getExportsOfModule(symbol)
  return new Map(
    names
      .map((name): [string, ts.Symbol] => [name.name, withoutAlias(name, checker)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

function block(name: string, symbol: ts.Symbol, subpath: string, printed: Map<ts.Symbol, string>): string {
  const home = printed.get(symbol)
  if (home !== undefined)
    return `export { ${symbol.name === name ? name : `${symbol.name} as ${name}`} } // ${home}`
  printed.set(symbol, subpath)
  const text = printDeclarations(symbol)
  return symbol.name === name ? text : `${text}\nexport { ${symbol.name} as ${name} }`
}

function section(title: string, blocks: readonly string[]): string {
  return `## ${title}\n\n\`\`\`ts\n${blocks.join('\n')}\n\`\`\`\n`
}

/** What the package declares, does not export, and yet shows in what it exports. */
function hiddenSymbols(exported: readonly ts.Symbol[], checker: ts.TypeChecker, folder: string): ts.Symbol[] {
  const found = new Set(exported)
  const isOwn = (symbol: ts.Symbol) =>
    symbol.declarations?.some((declaration) =>
      declaration.getSourceFile().fileName.startsWith(join(folder, 'dist').replaceAll(sep, '/')),
    ) ?? false
  // A Set gives what is added to it while it is gone through.
  for (const symbol of found) {
    for (const next of mentions(symbol, checker)) if (isTopLevel(next) && isOwn(next)) found.add(next)
  }
  return [...found].slice(exported.length)
}
