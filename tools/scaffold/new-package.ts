import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseName } from './names.ts'
import { newPattern, write } from './new-pattern.ts'
import { packageFiles } from './package-files.ts'

/**
 * Writes a package with its first pattern, by default one of the package's own name. Refuses to overwrite. Returns the
 * package's folder, relative to the repository's root.
 */
export function newPackage(
  root: string,
  packageName: string | undefined,
  { pattern = packageName, adapter = false }: { pattern?: string | undefined; adapter?: boolean } = {},
): string {
  const { kebab } = parseName('The package', packageName)
  parseName('The pattern', pattern)
  const folder = join('packages', ...(adapter ? ['adapters'] : []), kebab)
  if (existsSync(join(root, folder))) throw new Error(`${folder} exists already.`)

  const toRoot = adapter ? '../../..' : '../..'
  for (const [file, text] of Object.entries(packageFiles(`@base/${kebab}`, toRoot))) {
    write(join(root, folder, file), text)
  }
  newPattern(root, kebab, pattern)
  return folder
}
