import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The repository. */
export const ROOT: string = resolve(import.meta.dirname, '../..')

/** A folder that stands for a user's project: what is written there resolves packages by name. */
export interface Project {
  readonly folder: string
  /** Removes it. */
  readonly remove: () => void
}

/** The public packages of the workspace: folder by name. */
export function publicPackages(): ReadonlyMap<string, string> {
  const folders = globSync('packages/{*,adapters/*}/package.json', { cwd: ROOT }).map((path) =>
    join(ROOT, dirname(path)),
  )
  return new Map(
    folders
      .map((folder) => [manifestOf(folder), folder] as const)
      .filter(([{ private: isPrivate }]) => isPrivate !== true)
      .map(([{ name }, folder]) => [name, folder] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/**
 * Makes a project that has every public package of the workspace by its name, and what `owner` (the folder of a
 * workspace package) has installed: its README may use its development dependencies.
 */
export function createProject(owner: string): Project {
  // Within the workspace, so that @types/node is found upwards.
  const cache = join(ROOT, 'docs', '.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'project-'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const installed = join(owner, 'node_modules')
  const targets = new Map(
    globSync(['*', '@*/*'], { cwd: installed })
      .filter((name) => !name.startsWith('.') && existsSync(join(installed, name, 'package.json')))
      .map((name) => [name, join(installed, name)]),
  )
  for (const [name, target] of [...targets, ...publicPackages()])
    link(join(folder, 'node_modules', name), target)
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function link(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true })
  rmSync(path, { force: true })
  symlinkSync(target, path, 'junction')
}

function manifestOf(folder: string): { name: string; private?: boolean } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
