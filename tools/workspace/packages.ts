import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Manifest, readManifest } from './manifest.ts'

/** A package of the workspace. */
export interface WorkspacePackage {
  /** Where it is, relative to the root: `packages/core`. */
  readonly path: string
  /** Where it is, absolute. */
  readonly folder: string
  readonly manifest: Manifest
}

/** Packages that users install, by path. */
export function publicPackages(root: string): WorkspacePackage[] {
  return packagesAt(root, ['packages/*', 'packages/adapters/*'])
}

/** Services assembled from the packages, by path. */
export function examples(root: string): WorkspacePackage[] {
  return packagesAt(root, ['examples/*'])
}

/**
 * Packages chosen on the command line by name or by the end of their path, `@base/core` or `core`; all without a choice.
 * Throws for a choice that is none.
 */
export function choosePackages(root: string, choices: readonly string[]): WorkspacePackage[] {
  const all = publicPackages(root)
  if (choices.length === 0) return all
  return choices.map((choice) => {
    const found = all.find(({ path, manifest }) => manifest.name === choice || path.endsWith(`/${choice}`))
    if (found === undefined) throw new Error(`There is no public package ${choice}.`)
    return found
  })
}

function packagesAt(root: string, patterns: readonly string[]): WorkspacePackage[] {
  return patterns
    .flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }))
    .map(dirname)
    .sort()
    .map((path) => ({ path, folder: join(root, path), manifest: readManifest(join(root, path)) }))
}
