import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { choosePackages, type WorkspacePackage } from '../workspace/packages.ts'
import { type CoverageSummary, HEAD, rowOf } from './row.ts'

/**
 * `pnpm run coverage [package…]`: how much of each package its own tests reach, and pages that show what they do not. A figure
 * is no aim: whether a test would notice a change, `mutation` says.
 */
const PAGES = '.cache/coverage'
const VITEST = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.workspace.ts']
/** Of what tests say, in bytes. */
const MUCH = 2 ** 26
/** What users get; tests and what only they use are not. */
const NO_CODE = ['src/**/*.{test,test-d,bench}.ts', 'src/**/test-*.ts', 'src/**/fixtures/**']

const rows = choosePackages(process.cwd(), process.argv.slice(2)).map((pkg) =>
  rowOf(pkg.manifest.name, cover(pkg)),
)
console.log([HEAD, ...rows].join('\n'))
console.log(`What is not reached: ${PAGES}/<package>/index.html`)

function cover({ path, manifest }: WorkspacePackage): CoverageSummary {
  const folder = join(PAGES, basename(path))
  const options = [
    '--coverage.enabled',
    '--coverage.include=src/**/*.ts',
    ...NO_CODE.map((pattern) => `--coverage.exclude=${pattern}`),
    `--coverage.reportsDirectory=${folder}`,
    ...['json-summary', 'html', 'json'].map((reporter) => `--coverage.reporter=${reporter}`),
  ]
  const args = [...VITEST, '--project', manifest.name, '--reporter=dot', ...options]
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: MUCH })
  if (status !== 0) throw new Error(`The tests of ${manifest.name} failed.\n${stdout}`)
  return JSON.parse(readFileSync(join(folder, 'coverage-summary.json'), 'utf8')) as CoverageSummary
}
