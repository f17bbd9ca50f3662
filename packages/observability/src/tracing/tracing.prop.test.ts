import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { baggagePropagator, headerCarrier, parseBaggage, serializeBaggage, tracecontext } from './index.js'

const hex = (length: number) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
    .filter((id) => !/^0+$/.test(id))
const stateKey = fc.stringMatching(/^[a-z0-9][a-z0-9_\-*/@]{0,20}$/)
const stateValue = fc.stringMatching(/^[ -+\--<>-~]{0,20}[!-+\--<>-~]$/)
const members = fc.uniqueArray(fc.tuple(stateKey, stateValue), { maxLength: 32, selector: ([key]) => key })
const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,10}$/)
const wellFormed = fc.string({ unit: 'grapheme', maxLength: 20 })
const property = fc.oneof(fc.record({ key: token }), fc.record({ key: token, value: wellFormed }))
const baggage = fc.uniqueArray(
  fc.oneof(
    fc.record({ key: token, value: wellFormed }),
    fc.record({
      key: token,
      value: wellFormed,
      properties: fc.array(property, { minLength: 1, maxLength: 3 }),
    }),
  ),
  { maxLength: 20, selector: ({ key }) => key },
)
/** Near enough to a header that parsers go deep, and anything at all. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'0123456789abcf-=,;% \t@é\0\n"'), maxLength: 200 }),
  fc.tuple(hex(32), hex(16), fc.string()).map(([id, span, rest]) => `00-${id}-${span}-01${rest}`),
)
const header = fc.oneof(hostile, fc.array(hostile), fc.anything())

describe('what is extracted is what was injected', () => {
  test('of a trace, whatever carries it', () => {
    fc.assert(
      fc.property(
        hex(32),
        hex(16),
        fc.integer({ min: 0, max: 3 }),
        members,
        (traceId, spanId, traceFlags, list) => {
          const tracestate = list.map((member) => member.join('=')).join(',')
          const first = { traceparent: `00-${traceId}-${spanId}-0${traceFlags}`, tracestate }
          for (const carrier of [new Headers(), {}, [], ['host', 'x']]) {
            const received = tracecontext.extract(first, ROOT_CONTEXT)
            const again = trace.getSpanContext(
              tracecontext.extract(tracecontext.inject(carrier, received), ROOT_CONTEXT),
            )
            expect(again).toMatchObject({ traceId, spanId, traceFlags, isRemote: true })
            expect(again?.traceState?.serialize() ?? '').toBe(tracestate)
          }
        },
      ),
    )
  })

  test('of baggage, within its limits', () => {
    fc.assert(
      fc.property(baggage, (given) => {
        expect(parseBaggage(serializeBaggage(given))).toEqual(given)
      }),
    )
  })
})

describe('no header throws', () => {
  test('a trace that is read is valid, or there is none', () => {
    fc.assert(
      fc.property(header, header, (traceparent, tracestate) => {
        const received = tracecontext.extract({ traceparent, tracestate } as never, ROOT_CONTEXT)
        const sent = tracecontext.inject({} as Record<string, string>, received)
        expect('traceparent' in sent).toBe(received !== ROOT_CONTEXT)
        expect(sent['traceparent'] ?? `00-${'1'.repeat(32)}-${'1'.repeat(16)}-00`).toMatch(
          /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/,
        )
        expect(sent['tracestate'] ?? 'a=1').toMatch(/^[a-z0-9][\x20-\x7e]*$/)
        expect((sent['tracestate'] ?? '').length).toBeLessThanOrEqual(4_096)
      }),
    )
  })

  test('baggage that is read can be sent, within the limits', () => {
    fc.assert(
      fc.property(header, (value) => {
        const received = baggagePropagator().extract(ROOT_CONTEXT, { baggage: value } as never, headerCarrier)
        const sent: Record<string, string> = {}
        baggagePropagator().inject(received, sent, headerCarrier)
        expect(sent['baggage'] ?? '').toMatch(/^[\x21-\x7e]*$/)
        expect((sent['baggage'] ?? '').length).toBeLessThanOrEqual(8_192)
        expect(propagation.getBaggage(received)?.getAllEntries().length ?? 0).toBeLessThanOrEqual(64)
      }),
    )
  })
})
