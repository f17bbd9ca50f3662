import { expectTypeOf, test } from 'vitest'
import { AppError, type ConflictError, isAppError, type NotFoundError } from './index.js'

declare const thrown: unknown
declare const error: AppError

test('a code makes an error of what is unknown, and its code the one that was asked for', () => {
  if (isAppError(thrown)) expectTypeOf(thrown).toEqualTypeOf<AppError>()
  if (isAppError(thrown, 'NOT_FOUND')) {
    expectTypeOf(thrown.code).toEqualTypeOf<'NOT_FOUND'>()
    expectTypeOf(thrown).toExtend<AppError>()
  } else expectTypeOf(thrown).toBeUnknown()
})

test('an error of another code is still an error', () => {
  if (!isAppError(error, 'NOT_FOUND')) expectTypeOf(error).toEqualTypeOf<AppError>()

  const textOf = (failed: NotFoundError | ConflictError) =>
    isAppError(failed, 'NOT_FOUND') ? 'gone' : failed.message
  expectTypeOf(textOf).returns.toBeString()

  if (thrown instanceof AppError && !isAppError(thrown, 'CONFLICT'))
    expectTypeOf(thrown).toEqualTypeOf<AppError>()
})

test('a code may be one of several, or any text', () => {
  const refused = 'CIRCUIT_OPEN' as 'CIRCUIT_OPEN' | 'BULKHEAD_FULL'
  if (isAppError(thrown, refused)) expectTypeOf(thrown.code).toEqualTypeOf<typeof refused>()
  else expectTypeOf(thrown).toBeUnknown()

  const perhaps = (code: string | undefined) => (isAppError(thrown, code) ? thrown.kind : undefined)
  expectTypeOf(perhaps).returns.toEqualTypeOf<AppError['kind'] | undefined>()

  const any = (code: string) => (isAppError(thrown, code) ? thrown.kind : undefined)
  expectTypeOf(any).returns.toEqualTypeOf<AppError['kind'] | undefined>()
})
