import { describe, expect, test } from 'vitest'
import { AuditChainError } from '../audit/index.js'
import { FieldCipherError } from '../field-encryption/index.js'
import { UnknownPepperError } from '../passwords/index.js'
import { StepUpRequiredError } from '../tokens/index.js'
import { AuthError } from './index.js'

describe.each([
  ['AuthError', AuthError, 'unauthenticated'],
  ['StepUpRequiredError', StepUpRequiredError, 'unauthenticated'],
  ['AuditChainError', AuditChainError, 'internal'],
  ['FieldCipherError', FieldCipherError, 'internal'],
  ['UnknownPepperError', UnknownPepperError, 'internal'],
] as const)('%s', (_, Made, kind) => {
  test.each([[undefined], [null], [{}], ['text'], [{ code: 7 }]])(
    'never throws from its constructor, as no AppError does: %j',
    (given) => {
      expect(new Made(given as never, given as never)).toMatchObject({ kind })
    },
  )
})
