import { describe, expect, test } from 'vitest'

/** What takes options that may all be left out, by the name that its errors have. */
export type Door = readonly [name: string, open: (options: never) => unknown]

/** What somebody may pass in place of options. */
export const WRONG_OPTIONS = [5, 'text', null, [], () => {}, AbortSignal.abort()].map((wrong) => ({ wrong }))

/** A test for each door and each of {@link WRONG_OPTIONS}: it is refused with an INVALID_OPTION like `refusalOf(name)`. */
export function describeDoors(doors: readonly Door[], refusalOf: (name: string) => object): void {
  describe.each(doors)('%s', (name, open) => {
    test.each(WRONG_OPTIONS)('refuses $wrong in place of its options', async ({ wrong }) => {
      const failure = await (async () => open(wrong as never))().catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'INVALID_OPTION', ...refusalOf(name) })
    })
  })
}

/** What somebody may pass in place of a signal: first of all the controller, which would never abort. */
const WRONG_SIGNALS = [new AbortController(), {}, null, true].map((wrong) => ({ wrong }))

/** A test for each door that takes a signal: what is none is refused with an INVALID_OPTION. */
export function describeSignals(doors: readonly Door[]): void {
  describe.each(doors)('%s', (_, open) => {
    test.each(WRONG_SIGNALS)('refuses $wrong in place of a signal', async ({ wrong }) => {
      const failure = await (async () => open({ signal: wrong } as never))().catch((error: unknown) => error)
      expect(failure).toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('signal must be an AbortSignal'),
      })
    })
  })
}
