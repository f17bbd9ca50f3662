import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { isTopLevel, mentions, withoutAlias } from '../api/declarations.ts'
import { ts } from '../matrix/typescript.ts'
import { readManifest, specifier, subpaths } from '../workspace/manifest.ts'
import type { Outcome } from './check.ts'

/** What no declaration of a user can come to hold: `extends Record<LogLevel, …>` is a list of members. */
const NEVER_WRITTEN: ReadonlySet<string> = new Set(['LogLevel'])

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  noLib: true,
  types: [],
}

/**
 * Holds the types that a subpath shows to be nameable for whoever imports that subpath alone: exported by a subpath whose
 * files come with it. Otherwise an inferred type fails where a user's compiler has to write it, with `declaration`, into
 * their own declarations (TS2742). `folder` is the installed or built package.
 */
export function checkNames(folder: string): Outcome {
  const host = cachingHost()
  const manifest = readManifest(folder)
  const problems = [...facesIn(realpathSync(folder))].flatMap(([subpath, face]) =>
    nameless(ts.createProgram([face], OPTIONS, host), face).map(
      (type) => `${specifier(manifest, subpath)} shows ${type}, which no subpath that comes with it exports.`,
    ),
  )
  return { title: 'types that a subpath shows have a public name with it', problems }
}

/** The types of @base that `face` shows, and that no face of the program exports. */
function nameless(program: ts.Program, face: string): string[] {
  const checker = program.getTypeChecker()
  const faces = program.getSourceFiles().filter(({ fileName }) => isFace(fileName))
  const exported = new Map(faces.map((file) => [file.fileName, exportsOf(file, checker)]))
  const named = new Set([...exported.values()].flat())
  const found = new Set(exported.get(face))
  // A Set gives what is added to it while it is gone through; what is named is looked at with its own subpath.
  for (const symbol of found) {
    for (const next of mentions(symbol, checker)) {
      if (isOurType(next) && !named.has(next)) found.add(next)
    }
  }
  return [...found]
    .filter((symbol) => !named.has(symbol) && !isWrittenOut(symbol) && !NEVER_WRITTEN.has(symbol.name))
    .map(({ name }) => name)
}

function exportsOf(file: ts.SourceFile, checker: ts.TypeChecker): ts.Symbol[] {
  const symbol = checker.getSymbolAtLocation(file)
  return symbol === undefined
    ? []
    : checker.getExportsOfModule(symbol).map((name) => withoutAlias(name, checker))
}

function isOurType(symbol: ts.Symbol): boolean {
  const files = (symbol.declarations ?? []).map((declaration) => declaration.getSourceFile().fileName)
  return (
    (symbol.flags & ts.SymbolFlags.Type) !== 0 &&
    isTopLevel(symbol) &&
    files.some((file) => rootOf(file) !== undefined)
  )
}

/** An alias that its own file keeps to itself: the compiler writes what it stands for. */
function isWrittenOut(symbol: ts.Symbol): boolean {
  return (
    (symbol.flags & ts.SymbolFlags.TypeAlias) !== 0 &&
    (symbol.declarations ?? []).every(
      (declaration) => (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Export) === 0,
    )
  )
}

function isFace(file: string): boolean {
  const root = rootOf(file)
  return root !== undefined && [...facesIn(root).values()].includes(file)
}

/** The package of ours that a file was built into. */
function rootOf(file: string): string | undefined {
  const [root, inside] = file.split('/dist/')
  return root !== undefined && inside !== undefined && isOurs(root) ? root : undefined
}

const isOurs = cached(
  (folder: string): boolean =>
    existsSync(join(folder, 'package.json')) && readManifest(folder).name.startsWith('@base/'),
)

/** Subpath → its declarations. */
const facesIn = cached((folder: string): ReadonlyMap<string, string> => {
  const manifest = readManifest(folder)
  const targets = manifest.exports as Readonly<Record<string, Readonly<Record<string, string>>>>
  return new Map(
    subpaths(manifest).map((subpath) => [subpath, join(folder, targets[subpath]?.['types'] ?? '')]),
  )
})

/** Reads a file once for all programs. */
function cachingHost(): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS)
  const kept = new Map<string, ts.SourceFile | undefined>()
  const getSourceFile: typeof host.getSourceFile = (file, ...how) => {
    if (!kept.has(file)) kept.set(file, host.getSourceFile(file, ...how))
    return kept.get(file)
  }
  return { ...host, getSourceFile }
}

function cached<K, V>(make: (key: K) => V): (key: K) => V {
  const kept = new Map<K, V>()
  return (key) => {
    if (!kept.has(key)) kept.set(key, make(key))
    return kept.get(key) as V
  }
}
