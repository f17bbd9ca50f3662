import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { addSubpath, readManifest } from './manifest.ts'
import { type Names, parseName } from './names.ts'
import { patternFiles, rootExport } from './pattern-files.ts'

/**
 * Writes a pattern into a package: its folder, its subpath in package.json, its line in the root face, its section of
 * the README. Refuses to overwrite. Returns the files written, relative to the repository's root.
 */
export function newPattern(
  root: string,
  packageName: string | undefined,
  patternName: string | undefined,
): string[] {
  const folder = findPackage(root, parseName('The package', packageName))
  const names = parseName('The pattern', patternName)
  const target = join(folder, 'src', names.kebab)
  if (existsSync(target)) throw new Error(`${target} exists already.`)

  const { name } = readManifest(folder)
  const errors = { from: name === '@base/core' ? '../errors/invalid-option-error.js' : '@base/core/errors' }
  const files = patternFiles(name, names, errors)
  for (const [file, text] of Object.entries(files)) write(join(target, file), text)
  addSubpath(folder, names.kebab)
  addToRootFace(folder, names)
  addToReadme(folder, name, names)
  return Object.keys(files).map((file) => join('src', names.kebab, file))
}

function findPackage(root: string, { kebab }: Names): string {
  const candidates = [join(root, 'packages', kebab), join(root, 'packages', 'adapters', kebab)]
  const found = candidates.find((folder) => existsSync(join(folder, 'package.json')))
  if (found === undefined)
    throw new Error(`There is no package ${kebab}; make it with: pnpm new:package ${kebab}`)
  return found
}

function addToRootFace(folder: string, names: Names): void {
  const path = join(folder, 'src', 'index.ts')
  write(path, `${readFileSync(path, 'utf8')}${rootExport(names)}\n`)
}

function addToReadme(folder: string, packageName: string, { kebab, pascal, camel }: Names): void {
  const path = join(folder, 'README.md')
  const section = `
## ${pascal}

\`\`\`ts
import { ${pascal} } from '${packageName}/${kebab}'

const ${camel} = new ${pascal}({ name: 'payments' })
console.log(${camel}.name) // → payments
\`\`\`
`
  write(path, readFileSync(path, 'utf8') + section)
}

/** Writes a file, and the folders above it. */
export function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
