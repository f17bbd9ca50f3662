import { describe, expectTypeOf, test } from 'vitest'
import {
  bindContext,
  type ContextEntry,
  type ContextKey,
  correlationId,
  createContextKey,
  deadline,
  principal,
  runInContext,
  tenantId,
} from './index.js'

declare module './index.js' {
  interface Principal {
    /** @internal Kept out of the API reference. */
    readonly testOnly?: 'merged'
  }
}

describe('context', () => {
  test('keys know their value', () => {
    const locale = createContextKey<'en' | 'pt'>('test.locale')
    expectTypeOf(locale.get()).toEqualTypeOf<'en' | 'pt' | undefined>()
    expectTypeOf(locale.require()).toEqualTypeOf<'en' | 'pt'>()
    expectTypeOf(correlationId).toEqualTypeOf<ContextKey<string>>()
    expectTypeOf(deadline.require()).toEqualTypeOf<number>()
    expectTypeOf(principal.require().roles).toEqualTypeOf<readonly string[] | undefined>()
  })

  test('a principal can be extended', () => {
    expectTypeOf(principal.require().testOnly).toEqualTypeOf<'merged' | undefined>()
  })

  test('each value fits its key', () => {
    expectTypeOf(
      runInContext(
        [
          [tenantId, 'a'],
          [deadline, 1],
        ],
        () => 7,
      ),
    ).toEqualTypeOf<number>()
    expectTypeOf(runInContext([], async () => 'x')).toEqualTypeOf<Promise<string>>()
    runInContext([[tenantId, undefined]], () => {})
    // @ts-expect-error a tenant is a text
    runInContext([[tenantId, 7]], () => {})
    const soon = 'soon'
    // @ts-expect-error the second pair is wrong
    runInContext([[tenantId, 'a'] as const, [deadline, soon]], () => {})
    // @ts-expect-error a name is no key
    runInContext([['tenantId', 'a']], () => {})
  })

  test('entries can be collected first', () => {
    const entries: ContextEntry[] = [[tenantId, 'a']]
    entries.push([deadline, 5])
    expectTypeOf(runInContext(entries, () => true)).toEqualTypeOf<boolean>()
  })

  test('a bound function keeps its signature', () => {
    const bound = bindContext(function (this: Date, days: number) {
      return this.getDate() + days
    })
    expectTypeOf(bound).toEqualTypeOf<(this: Date, days: number) => number>()
  })
})
