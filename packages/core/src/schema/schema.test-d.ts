import type { StandardSchemaV1 as Spec, StandardJSONSchemaV1 as SpecJSON } from '@standard-schema/spec'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import type { ValidationError } from '../errors/validation-error.js'
import type { Result } from '../result/result.js'
import {
  type InferInput,
  type InferOutput,
  type JsonError,
  type ManyValidated,
  parseJson,
  type StandardJSONSchemaV1,
  type StandardSchemaV1,
  unchecked,
  validate,
  validateMany,
  validateSync,
} from './index.js'

describe('the types of Standard Schema', () => {
  test('are those of the specification, in both directions', () => {
    expectTypeOf<Spec<string, number>>().toExtend<StandardSchemaV1<string, number>>()
    expectTypeOf<StandardSchemaV1<string, number>>().toExtend<Spec<string, number>>()
    expectTypeOf<SpecJSON<string, number>>().toExtend<StandardJSONSchemaV1<string, number>>()
    expectTypeOf<StandardJSONSchemaV1<string, number>>().toExtend<SpecJSON<string, number>>()
  })

  test('tell what goes in and what comes out', () => {
    const count = z.string().transform(Number)
    expectTypeOf<InferInput<typeof count>>().toEqualTypeOf<string>()
    expectTypeOf<InferOutput<typeof count>>().toEqualTypeOf<number>()
    expectTypeOf<InferOutput<SpecJSON<string, number>>>().toEqualTypeOf<number>()
  })
})

describe('validate', () => {
  test('infers the output of each library', () => {
    expectTypeOf(validate(z.object({ id: z.coerce.number() }), {})).toEqualTypeOf<
      Promise<Result<{ id: number }, ValidationError>>
    >()
    expectTypeOf(validateSync(v.object({ id: v.string() }), {})).toEqualTypeOf<
      Result<{ id: string }, ValidationError>
    >()
    expectTypeOf(validateSync(type({ id: 'string' }), {})).toEqualTypeOf<
      Result<{ id: string }, ValidationError>
    >()
    expectTypeOf(validateMany(z.string().transform(Number), [])).toEqualTypeOf<
      Promise<ManyValidated<number>>
    >()
    expectTypeOf(parseJson(unchecked<Date>(), '')).toEqualTypeOf<
      Promise<Result<Date, ValidationError | JsonError>>
    >()
    // @ts-expect-error no schema
    validate({ parse: () => 7 }, 7)
  })

  test('tells errors apart by their code', () => {
    const error = {} as JsonError
    if (error.code === 'JSON_TOO_LARGE') expectTypeOf(error.code).toEqualTypeOf<'JSON_TOO_LARGE'>()
    // @ts-expect-error no such code
    error.code === 'JSON_TOO_LONG'
  })
})
