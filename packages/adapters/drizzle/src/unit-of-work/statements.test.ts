import { describe, expect, test } from 'vitest'
import { TransactionStatements } from './statements.js'

describe('TransactionStatements', () => {
  test.each([
    ['Query read timeout', 'timeout'],
    ['Connection terminated unexpectedly', 'unavailable'],
  ])('a statement without an answer (%s) that is swallowed is no success', async (message, kind) => {
    const statements = new TransactionStatements()
    const run = statements.run(() => Promise.reject(new Error(message)))
    await expect(run).rejects.toMatchObject({ kind })
    expect(() => statements.ensureSound()).toThrow(
      expect.objectContaining({ code: 'TRANSACTION_ABORTED', cause: expect.objectContaining({ kind }) }),
    )
  })

  test('a statement that was never sent may be swallowed', async () => {
    const statements = new TransactionStatements()
    const error = new TypeError('no text')
    await expect(statements.run(() => Promise.reject(error))).rejects.toBe(error)
    statements.ensureSound()
  })
})
