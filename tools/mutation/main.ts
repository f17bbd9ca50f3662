import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pnpm } from '../consumer/pnpm.ts'
import { type MutationReport, type Score, scoreOf } from './score.ts'
import { SUBJECTS, type Subject } from './subjects.ts'

/**
 * `node tools/mutation/main.ts [subject…]`: changes the code that others stand on, one small thing at a time, and sees whether a test notices: in a clone of the
 * last commit, so that the work tree stays as it is, and Stryker is fetched by who runs this alone.
 */
/** In percent. */
const LEAST = 85
/** What lies beside the code. */
const NO_CODE = ['test', 'test-d', 'bench', 'fixture'].map((kind) => `!src/**/*.${kind}.ts`)
const STRYKER = ['@stryker-mutator/core@10.1.1', '@stryker-mutator/vitest-runner@10.1.1']

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SUBJECTS)
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'base-mutation-')))

try {
  const clone = join(folder, 'repository')
  await cloneInto(clone)
  const found: Score[] = []
  for (const name of names) found.push(await mutate(clone, name, subjectOf(name)))
  for (const score of found) console.log(line(score))
  const isEnough = found.every(({ percent }) => percent >= LEAST)
  console.log(isEnough ? `Every score is at least ${LEAST} %.` : `A score is below ${LEAST} %.`)
  process.exitCode = isEnough ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function subjectOf(name: string): Subject {
  const subject = SUBJECTS[name]
  if (subject === undefined) throw new Error(`'${name}' is none of ${Object.keys(SUBJECTS).join(', ')}.`)
  return subject
}

/** With its packages ready for their tests. */
async function cloneInto(clone: string): Promise<void> {
  execFileSync('git', ['clone', '--quiet', '--no-local', process.cwd(), clone])
  await pnpm(['install', '--frozen-lockfile', '--prefer-offline'], clone)
  const packages = new Set(names.map((name) => subjectOf(name).package))
  for (const each of packages) {
    await pnpm(['add', '--save-dev', '--prefer-offline', ...STRYKER], join(clone, 'packages', each))
    await pnpm(['exec', 'turbo', 'run', 'build', `--filter=@base/${each}^...`], clone)
  }
}

async function mutate(clone: string, name: string, subject: Subject): Promise<Score> {
  const cwd = join(clone, 'packages', subject.package)
  const files = [...subject.files, ...NO_CODE]
  const stryker = join(cwd, 'node_modules/@stryker-mutator/core/bin/stryker.js')
  const args = [stryker, 'run', '../../tools/mutation/stryker.config.json', '--mutate', files.join(',')]
  const env = { ...process.env, TESTS: subject.tests.join(',') }
  const [code] = await once(spawn(process.execPath, args, { cwd, env, stdio: 'inherit' }), 'exit')
  if (code !== 0) throw new Error(`Stryker ended with ${code}.`)
  return scoreOf(name, JSON.parse(readFileSync(join(cwd, 'mutation.json'), 'utf8')) as MutationReport)
}

function line({ subject, mutants, survived, percent }: Score): string {
  return `${subject}: ${percent.toFixed(1)} % of ${mutants} mutants, ${survived} survived`
}
