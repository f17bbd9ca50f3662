import { isBuiltin } from 'node:module'
import { subpaths } from '../workspace/manifest.ts'
import type { WorkspacePackage } from '../workspace/packages.ts'
import type { Import } from './imports.ts'
import { isAdapter, layerOf } from './layers.ts'
import { target } from './source-files.ts'

/** What a rule needs to know of the file that imports. */
export interface Importer {
  readonly pkg: WorkspacePackage
  /** Path from the package's folder. */
  readonly path: string
  /** Whether users get it; tests, benches and their fixtures may use what is installed for development. */
  readonly published: boolean
  /** Every package of this repository, by name. */
  readonly workspace: ReadonlyMap<string, WorkspacePackage>
  /** What is installed at the root for everybody's tests. */
  readonly rootDependencies: readonly string[]
}

/** What is wrong with an import, in a sentence; undefined for nothing. */
export function judge(importer: Importer, one: Import): string | undefined {
  if (one.star) return `Name what is exported; export * hides it.`
  const file = target(importer.path, one)
  if (file !== undefined) return judgeRelative(importer, file)
  if (isBuiltin(one.specifier)) return undefined // judged per subpath
  const name = packageName(one.specifier)
  if (name === importer.pkg.manifest.name) return judgeOwn(importer, one)
  return (
    (name.startsWith('@base/') ? judgeBase(importer, one, name) : undefined) ??
    judgeDeclared(importer, one, name)
  )
}

/** `@base/core/lock` → `@base/core`, `zod/v4` → `zod`. */
function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function judgeRelative({ path, published }: Importer, file: string): string | undefined {
  if (file.startsWith('..'))
    return 'A package ends at its folder: import what is outside by its public subpath.'
  if (published && path !== 'src/index.ts' && file.endsWith('/index.ts')) {
    return `${file} is a face for users: from inside, import the file that declares it.`
  }
  return undefined
}

function judgeOwn({ published, pkg }: Importer, { specifier }: Import): string | undefined {
  if (published) return `Inside ${pkg.manifest.name} import the file, not ${specifier}.`
  return isPublic(pkg, specifier) ? undefined : `${specifier} is no public subpath of ${pkg.manifest.name}.`
}

function judgeBase(importer: Importer, { specifier, kind }: Import, name: string): string | undefined {
  const { pkg, published, workspace } = importer
  const other = workspace.get(name)
  if (other === undefined) return `There is no package ${name} in this repository.`
  if (!isPublic(other, specifier)) return `${specifier} is no public subpath of ${name}.`
  const allowed = layerOf(pkg.path).base.includes(name.slice('@base/'.length))
  if (!published || allowed) return undefined
  if (!isAdapter(pkg.path))
    return `${pkg.manifest.name} stands below or beside ${name} and may not import it.`
  if (kind !== 'type')
    return `${name} is an optional peer: an adapter imports its types only, by import type.`
  return undefined
}

function judgeDeclared(importer: Importer, { specifier, kind }: Import, name: string): string | undefined {
  const { manifest } = importer.pkg
  const has = (field: Readonly<Record<string, string>> | undefined) => field !== undefined && name in field
  if (has(manifest.dependencies)) return undefined
  if (has(manifest.peerDependencies)) {
    const isOptional = manifest.peerDependenciesMeta?.[name]?.optional === true
    return importer.published && isOptional && kind === 'value'
      ? `${name} is an optional peer: import it lazily, by import(), where it is used.`
      : undefined
  }
  if (importer.published)
    return `${specifier} is in neither dependencies nor peerDependencies of ${manifest.name}.`
  if (has(manifest.devDependencies) || importer.rootDependencies.includes(name)) return undefined
  return `${specifier} is not in the package.json of ${manifest.name}.`
}

function isPublic({ manifest }: WorkspacePackage, specifier: string): boolean {
  const subpath = `.${specifier.slice(manifest.name.length)}`
  return subpath === './package.json' || subpaths(manifest).includes(subpath)
}
