import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { newPackage } from './new-package.ts'
import { newPattern } from './new-pattern.ts'

const USAGE = `pnpm new:package <name> [first-pattern] [--adapter]
pnpm new:pattern <package> <name>`

const root = process.cwd()

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { adapter: { type: 'boolean' } },
  })
  const [what, first, second] = positionals
  if (what === 'package') {
    const folder = newPackage(root, first, { pattern: second, adapter: values.adapter ?? false })
    console.log(`${folder} is there, with its first pattern.`)
  } else if (what === 'pattern') {
    newPattern(root, first, second)
    console.log(`packages/${first}/src/${second} is there, and in the package's exports.`)
  } else {
    throw new Error(`Usage:\n${USAGE}`)
  }
  execFileSync('biome', ['check', '--write', '--log-level=error', 'packages'], {
    cwd: root,
    stdio: 'inherit',
  })
  console.log('Next: pnpm install, write the pattern, pnpm api:report, pnpm changeset.')
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
