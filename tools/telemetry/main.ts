import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadCatalogue } from './catalogue.ts'
import { renderCatalogue } from './render.ts'

/**
 * `pnpm docs:telemetry`: writes the page of channels and metrics from the code of `instrument`. With `--check` it writes nothing,
 * and exits with 1 where the page is another.
 */
const FILE = 'docs/guides/telemetry.md'
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const text = renderCatalogue(await loadCatalogue(process.cwd()))

if (!values.check) writeFileSync(FILE, text)
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error(`${FILE} is not what the code says. Run: pnpm docs:telemetry`)
  process.exitCode = 1
} else console.log(`${FILE} is up to date.`)
