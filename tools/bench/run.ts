import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keptOn } from './keep.ts'
import { machine } from './machine.ts'

/**
 * `node tools/bench/run.ts [--resume] [filter…]`: runs the `*.bench.ts` files of the packages whose path holds one of the filters
 * (all without a filter), each in its own process, one after the other. Exits with 1 if one fails or none is found.
 * With `--resume` it leaves out those whose figures were kept today.
 */
const root = join(import.meta.dirname, '..', '..')
const { values, positionals: filters } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { resume: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const done = values.resume ? keptOn(machine().date) : new Set<string>()
const files = globSync('packages/**/src/**/*.bench.ts', { cwd: root, exclude: ['**/node_modules/**'] })
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .filter((file) => !done.has(file))
  .sort()
if (files.length === 0 && done.size === 0) fail('No bench matches.')

for (const file of files) {
  const child = spawn(process.execPath, ['--expose-gc', file], { cwd: root, stdio: 'inherit' })
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  if (code !== 0) fail(`${file} failed: ${signal ?? `exit code ${code}`}.`)
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}
