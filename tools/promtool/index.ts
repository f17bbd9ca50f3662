import { spawnSync } from 'node:child_process'
import { describeUnless } from '../services/index.ts'

/** What promtool has said of something. */
export interface Verdict {
  /** 0 where all is well; of `check metrics`, 1 for what it cannot read and 3 for what it would do otherwise. */
  readonly status: number | null
  readonly said: string
}

/** Why tests cannot ask promtool, in words that say how to change it; undefined if they can. */
export function promtoolMissing(): string | undefined {
  if (process.env['TEST_SERVICES'] === 'off') return 'TEST_SERVICES=off'
  return spawnSync('promtool', ['--version']).error && 'promtool is not installed'
}

/** Runs Prometheus's own judge of metrics and rules. */
export function promtool(args: readonly string[], { input = '', cwd = '.' } = {}): Verdict {
  const { error, status, stdout, stderr } = spawnSync('promtool', args, { input, cwd, encoding: 'utf8' })
  if (error !== undefined) throw error
  return { status, said: `${stdout}${stderr}` }
}

/** A `describe` whose tests ask promtool: skipped without it, and a failure with `CI=true`. */
export function describeWithPromtool(title: string, body: () => void): void {
  describeUnless(promtoolMissing(), title, body)
}
