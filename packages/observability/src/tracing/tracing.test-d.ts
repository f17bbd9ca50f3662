import type { Span } from '@opentelemetry/api'
import { describe, expectTypeOf, test } from 'vitest'
import { type HeaderCarrier, tracecontext, traced, withSpan } from './index.js'

describe('traced', () => {
  test('keeps overloads, generics, this and guards', () => {
    function read(id: string): string
    function read(id: number): number
    function read(id: string | number): string | number {
      return id
    }
    expectTypeOf(traced('read', read)).toEqualTypeOf<typeof read>()
    expectTypeOf(traced('read', read)('a')).toEqualTypeOf<string>()
    const first = traced('first', <T>(list: readonly T[]): T | undefined => list[0])
    expectTypeOf(first([1])).toEqualTypeOf<number | undefined>()
    const bound = traced('bound', function (this: { id: number }) {
      return this.id
    })
    expectTypeOf(bound).toEqualTypeOf<(this: { id: number }) => number>()
    const isText = traced('is text', (value: unknown): value is string => typeof value === 'string')
    expectTypeOf(isText).toEqualTypeOf<(value: unknown) => value is string>()
    const pages = traced('pages', async function* (from: number) {
      yield from
    })
    expectTypeOf(pages).toEqualTypeOf<(from: number) => AsyncGenerator<number, void, unknown>>()
  })

  test('knows arguments and result in its options', () => {
    traced(
      {
        name: 'charge',
        attributes: (cents) => {
          expectTypeOf(cents).toEqualTypeOf<number>()
          return { cents }
        },
        recordResult: (receipt) => {
          expectTypeOf(receipt).toEqualTypeOf<{ id: string }>()
          return undefined
        },
      },
      async (cents: number) => ({ id: String(cents) }),
    )
  })

  test('refuses what is no function, and kinds that there are not', () => {
    // @ts-expect-error
    traced('a', 7)
    // @ts-expect-error
    traced({ name: 'a', kind: 'unknown' }, () => 1)
    // @ts-expect-error
    traced('a', class A {})
  })
})

test('withSpan gives what the function gives', () => {
  expectTypeOf(withSpan('a', () => 7)).toEqualTypeOf<number>()
  expectTypeOf(withSpan('a', async (span) => span)).toEqualTypeOf<Promise<Span>>()
})

test('tracecontext takes headers of every kind, and gives the same back', () => {
  expectTypeOf(tracecontext.inject(new Headers())).toEqualTypeOf<Headers>()
  expectTypeOf(tracecontext.inject({ host: 'x' })).toEqualTypeOf<{ host: string }>()
  expectTypeOf<import('node:http').IncomingHttpHeaders>().toExtend<HeaderCarrier>()
  expectTypeOf<string[]>().toExtend<HeaderCarrier>()
})
