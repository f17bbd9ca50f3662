import { expectTypeOf, test } from 'vitest'
import { AppError, ConflictError, isAppError, type NotFoundError, ValidationError } from './index.js'

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

test('what an error is told may be missing, its message and code too', () => {
  const text = undefined as string | undefined
  new ConflictError({
    message: text,
    code: text,
    details: undefined,
    retryAfter: undefined,
    cause: undefined,
  })
  new ValidationError({ issues: [{ path: '', message: '', code: text }], message: text })
  // @ts-expect-error the root of all has no sentence of its own
  new AppError({ code: 'X', kind: 'internal', message: text })
})
