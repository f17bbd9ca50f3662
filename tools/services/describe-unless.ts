import { describe, test } from 'vitest'

/** A `describe` whose tests may lack something: skipped then, and the report says why; with `CI=true` a failure. */
export function describeUnless(lack: string | undefined, title: string, body: () => void): void {
  if (lack === undefined) return void describe(title, body)
  describe.skip(`${title} (skipped: ${lack})`, body)
  if (process.env['CI'] !== 'true') return
  test(`${title}: is there, as CI=true demands`, () => {
    throw new Error(`${lack}.`)
  })
}
