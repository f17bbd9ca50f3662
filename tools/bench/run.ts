import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `node tools/bench/run.ts [filter…]`: runs the `*.bench.ts` files of the packages whose path holds one of the filters
 * (all without a filter), each in its own process, one after the other. Exits with 1 if one fails or none is found.
 */
const root = join(import.meta.dirname, '..', '..')
const filters = process.argv.slice(2).filter((argument) => argument !== '--')
const files = globSync('packages/**/src/**/*.bench.ts', { cwd: root, exclude: ['**/node_modules/**'] })
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort()
if (files.length === 0) fail('No bench matches.')

for (const file of files) {
  const child = spawn(process.execPath, ['--expose-gc', file], { cwd: root, stdio: 'inherit' })
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  if (code !== 0) fail(`${file} failed: ${signal ?? `exit code ${code}`}.`)
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}
