import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { renderPage } from './page.ts'
import { readResults, takeResults } from './results.ts'

/**
 * `pnpm run docs:benchmarks`: takes what `bench` and `bench:load` have measured, weighs the built packages beside their peers,
 * and writes the page of all that. With `--check` it takes and writes nothing, and exits with 1 where the page is not what its
 * figures say.
 */
const FILE = 'docs/benchmarks.md'
const FOLDER = 'docs/benchmarks'
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const root = process.cwd()

if (!values.check) await takeResults(root, join(root, FOLDER))
const text = renderPage(readResults(join(root, FOLDER)))
if (!values.check) writeFileSync(FILE, text)
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error(`${FILE} is not what the figures in ${FOLDER} say. Run: pnpm run docs:benchmarks`)
  process.exitCode = 1
} else console.log(`${FILE} is up to date.`)
