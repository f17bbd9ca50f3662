import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pnpm } from '../consumer/pnpm.ts'
import { type MutationReport, type Score, scores } from './score.ts'

/** What of a pattern is changed, and which tests have to notice; those of the pattern where none are named. */
interface Target {
  readonly package: string
  readonly files: readonly string[]
  readonly tests?: readonly string[]
}

/**
 * Changes the patterns that others stand on, one small thing at a time, and sees whether a test notices: in a clone of the
 * last commit, so that the work tree stays as it is, and Stryker is fetched by who runs this alone.
 */
const TARGETS: Readonly<Record<string, Target>> = {
  bulkhead: { package: 'resilience', files: ['*'] },
  'circuit-breaker': { package: 'resilience', files: ['*'] },
  'rate-limiter': { package: 'resilience', files: ['*'] },
  retry: { package: 'resilience', files: ['*'] },
  // The single flight and the generations, which the tests of the whole package are about.
  cache: { package: 'cache', files: ['flight', 'waiting', 'loader'], tests: ['src/**/*.test.ts'] },
  store: { package: 'cache', files: ['tombstones', 'tag-book'], tests: ['src/**/*.test.ts'] },
}
/** In percent. */
const LEAST = 85
const STRYKER = ['@stryker-mutator/core@10.1.1', '@stryker-mutator/vitest-runner@10.1.1']

const patterns = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(TARGETS)
const packages = new Set(patterns.map((pattern) => targetOf(pattern).package))
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'base-mutation-')))

try {
  const clone = join(folder, 'repository')
  await cloneInto(clone)
  const found: Score[] = []
  for (const pattern of patterns) found.push(...(await mutate(clone, pattern)))
  for (const score of found) console.log(line(score))
  const isEnough = found.length > 0 && found.every(({ percent }) => percent >= LEAST)
  console.log(isEnough ? `Every score is at least ${LEAST} %.` : `A score is below ${LEAST} %.`)
  process.exitCode = isEnough ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The packages, ready for their tests. */
async function cloneInto(clone: string): Promise<void> {
  execFileSync('git', ['clone', '--quiet', '--no-local', process.cwd(), clone])
  await pnpm(['install', '--frozen-lockfile', '--prefer-offline'], clone)
  for (const name of packages) {
    await pnpm(['add', '--save-dev', '--prefer-offline', ...STRYKER], join(clone, 'packages', name))
    await pnpm(['exec', 'turbo', 'run', 'build', `--filter=@base/${name}^...`], clone)
  }
}

async function mutate(clone: string, pattern: string): Promise<Score[]> {
  const target = targetOf(pattern)
  const { tests = [`src/${pattern}/*.test.ts`, 'src/testing/rate-limit-store-conformance.test.ts'] } = target
  const cwd = join(clone, 'packages', target.package)
  const named = target.files.map((file) => `src/${pattern}/${file}.ts`)
  const files = [...named, '!src/**/*.test.ts', '!src/**/*.bench.ts']
  const stryker = join(cwd, 'node_modules/@stryker-mutator/core/bin/stryker.js')
  const args = [stryker, 'run', '../../tools/mutation/stryker.config.json', '--mutate', files.join(',')]
  const env = { ...process.env, TESTS: tests.join(',') }
  const [code] = await once(spawn(process.execPath, args, { cwd, env, stdio: 'inherit' }), 'exit')
  if (code !== 0) throw new Error(`Stryker ended with ${code}.`)
  return scores(JSON.parse(readFileSync(join(cwd, 'mutation.json'), 'utf8')) as MutationReport)
}

function targetOf(pattern: string): Target {
  const target = TARGETS[pattern]
  if (target === undefined) throw new Error(`There is no pattern '${pattern}'.`)
  return target
}

function line({ pattern, mutants, survived, percent }: Score): string {
  return `${pattern}: ${percent.toFixed(1)} % of ${mutants} mutants, ${survived} survived`
}
