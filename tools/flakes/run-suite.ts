import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Failure, failuresIn, type TestReport } from './failures.ts'

const VITEST = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.workspace.ts']

/** Which tests: those of a package, or of it those whose path holds a text. */
export interface Suite {
  readonly project: string
  readonly paths: readonly string[]
}

/**
 * Runs the tests of a package once: its files and tests in an order, and its properties with cases, that follow from the seed.
 *
 * @returns what failed, the run itself included where it ended without a failed test.
 */
export async function runSuite({ project, paths }: Suite, seed: number): Promise<Failure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'base-flakes-'))
  const outputFile = join(folder, 'report.json')
  try {
    const order = ['--sequence.shuffle', `--sequence.seed=${seed}`]
    const report = ['--reporter=json', `--outputFile=${outputFile}`]
    const child = spawn(process.execPath, [...VITEST, '--project', project, ...order, ...report, ...paths], {
      env: { ...process.env, PROPERTY_SEED: `${seed}` },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [[code], errors] = await Promise.all([once(child, 'exit'), text(child.stderr)])
    const failures = failuresIn(read(outputFile))
    return code === 0 || failures.length > 0 ? failures : [{ test: 'the run itself', message: errors.trim() }]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A run that was cut off has left none. */
function read(file: string): TestReport {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TestReport
  } catch {
    return { testResults: [] }
  }
}
