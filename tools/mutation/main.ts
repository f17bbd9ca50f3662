import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pnpm } from '../consumer/pnpm.ts'
import { type MutationReport, type Score, scores } from './score.ts'

/**
 * Changes the patterns that others stand on, one small thing at a time, and sees whether a test notices: in a clone of the
 * last commit, so that the work tree stays as it is, and Stryker is fetched by who runs this alone.
 */
const PATTERNS = ['bulkhead', 'circuit-breaker', 'rate-limiter', 'retry']
/** In percent. */
const LEAST = 85
const STRYKER = ['@stryker-mutator/core@10.1.1', '@stryker-mutator/vitest-runner@10.1.1']

const patterns = process.argv.length > 2 ? process.argv.slice(2) : PATTERNS
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'base-mutation-')))

try {
  const resilience = await cloneInto(join(folder, 'repository'))
  const found: Score[] = []
  for (const pattern of patterns) found.push(...(await mutate(resilience, pattern)))
  for (const score of found) console.log(line(score))
  const isEnough = found.length > 0 && found.every(({ percent }) => percent >= LEAST)
  console.log(isEnough ? `Every score is at least ${LEAST} %.` : `A score is below ${LEAST} %.`)
  process.exitCode = isEnough ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The folder of the package, ready for its tests. */
async function cloneInto(clone: string): Promise<string> {
  execFileSync('git', ['clone', '--quiet', '--no-local', process.cwd(), clone])
  const resilience = join(clone, 'packages/resilience')
  await pnpm(['install', '--frozen-lockfile', '--prefer-offline'], clone)
  await pnpm(['add', '--save-dev', '--prefer-offline', ...STRYKER], resilience)
  await pnpm(['exec', 'turbo', 'run', 'build', '--filter=@base/resilience^...'], clone)
  return resilience
}

async function mutate(cwd: string, pattern: string): Promise<Score[]> {
  const files = [`src/${pattern}/*.ts`, '!src/**/*.test.ts', '!src/**/*.bench.ts']
  const stryker = join(cwd, 'node_modules/@stryker-mutator/core/bin/stryker.js')
  const args = [stryker, 'run', '../../tools/mutation/stryker.config.json', '--mutate', files.join(',')]
  const env = { ...process.env, PATTERN: pattern }
  const [code] = await once(spawn(process.execPath, args, { cwd, env, stdio: 'inherit' }), 'exit')
  if (code !== 0) throw new Error(`Stryker ended with ${code}.`)
  return scores(JSON.parse(readFileSync(join(cwd, 'mutation.json'), 'utf8')) as MutationReport)
}

function line({ pattern, mutants, survived, percent }: Score): string {
  return `${pattern}: ${percent.toFixed(1)} % of ${mutants} mutants, ${survived} survived`
}
