import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FieldAad } from './field-aad.js'
import { bytesOfParts } from './part-bytes.js'

const numRuns = runs({ ci: 300, soak: 10_000 })
const anyPart = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.integer({ min: 1_000, max: 1_100 }).map((length) => 'x'.repeat(length)),
)
const anyPlace = fc.array(anyPart, { maxLength: 4 })

describe('what is authenticated with a field', () => {
  test('is the header and the place, whatever was written before', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.array(anyPlace, { maxLength: 10 }), (header, places) => {
        const aad = new FieldAad(header)
        for (const place of places) expect(aad.of(place)).toEqual(bytesOfParts([header, ...place]))
      }),
      { numRuns },
    )
  })
})
