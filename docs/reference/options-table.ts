import { existsSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { publicPackages } from '../snippets/project.ts'

/** An option, as its declaration says. */
export interface OptionRow {
  readonly name: string
  readonly type: string
  readonly required: boolean
  /** What `@defaultValue` says. */
  readonly byDefault: string
  /** The first paragraphs of the comment. */
  readonly meaning: string
}

/** A Markdown table of the options of an exported type, read from its source: it cannot say anything else. */
export function optionsTable(subpath: string, name: string): string {
  const rows = optionsOf(subpath, name).map(({ name: option, type, required, byDefault, meaning }) =>
    [
      `\`${option}\``,
      type.length > 60 ? 'see the reference' : `\`${type}\``,
      byDefault === '' ? (required ? 'required' : 'none') : byDefault,
      meaning,
    ]
      .map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|'))
      .join(' | '),
  )
  return [
    `| \`${name}\` | type | default | meaning |`,
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n')
}

/** The options of an exported type. @throws {Error} where the pattern does not export it, or an option lacks a word. */
export function optionsOf(subpath: string, name: string): readonly OptionRow[] {
  const file = sourceOf(subpath)
  const program = programOf(file)
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(file)
  const module = source && checker.getSymbolAtLocation(source)
  const found = module && checker.getExportsOfModule(module).find((symbol) => symbol.name === name)
  if (found === undefined) throw new Error(`${subpath} exports no ${name}.`)
  const symbol = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found
  return checker
    .getDeclaredTypeOfSymbol(symbol)
    .getProperties()
    .map((property) => rowOf(property, `${subpath} ${name}`))
}

function rowOf(property: ts.Symbol, owner: string): OptionRow {
  const declaration = property.declarations?.[0]
  const typeNode =
    declaration && (ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration))
      ? declaration.type
      : undefined
  const meaning = plain(ts.displayPartsToString(property.getDocumentationComment(undefined)))
  if (meaning === '') throw new Error(`${owner}.${property.name} has no comment.`)
  const tag = property.getJsDocTags().find(({ name }) => name === 'defaultValue')
  const text = typeNode?.getText().replace(/ \| undefined$/, '') ?? 'function'
  return {
    name: property.name,
    type: text.replace(/\s+/g, ' '),
    required: (property.flags & ts.SymbolFlags.Optional) === 0,
    byDefault: shownDefault(ts.displayPartsToString(tag?.text)),
    meaning,
  }
}

/** `{@link Clock}` as code. */
function plain(text: string): string {
  return text.replace(/\{@link(?:code)? ([^}|\s]+)[^}]*\}/g, '`$1`')
}

/** A value as code, a phrase as text. */
function shownDefault(text: string): string {
  const value = plain(text.trim())
  return /^(?:'[^']*'|[-\d.,_]+|true|false|\{.*\}|\[.*\]|[A-Za-z]+\.[\w.]+|systemClock|[a-z]\w*\(.*\))$/s.test(
    value,
  )
    ? `\`${value}\``
    : value
}

function sourceOf(subpath: string): string {
  const [, name = '', pattern = ''] = /^(@base\/[^/]+)\/(.+)$/.exec(subpath) ?? []
  const folder = publicPackages().get(name)
  const file = folder && join(folder, 'src', pattern, 'index.ts')
  if (file === undefined || !existsSync(file)) throw new Error(`There is no ${subpath}.`)
  return file
}

const programs = new Map<string, ts.Program>()

/** Only declarations and comments are read; types of other packages need not be found. */
function programOf(file: string): ts.Program {
  const program =
    programs.get(file) ??
    ts.createProgram([file], {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      noLib: true,
      types: [],
      allowImportingTsExtensions: true,
      noEmit: true,
    })
  programs.set(file, program)
  return program
}
