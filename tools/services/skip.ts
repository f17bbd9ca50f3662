import { describe, test } from 'vitest'

/** A `describe` whose tests lack something: skipped, and the report says why; with `CI=true` a failure. */
export function skip(title: string, lack: string, body: () => void): void {
  describe.skip(`${title} (skipped: ${lack})`, body)
  if (process.env['CI'] !== 'true') return
  test(`${title}: is there, as CI=true demands`, () => {
    throw new Error(`${lack}.`)
  })
}
