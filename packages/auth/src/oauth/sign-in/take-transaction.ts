import { untilAborted } from '@base/core/abort'
import { ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { askStore } from '../../tokens/opaque/ask-store.js'
import { isOpaqueToken } from '../../tokens/opaque/opaque-token.js'
import { refused } from '../../tokens/refused.js'
import type { OidcSettings } from '../oidc-options.js'
import { rowKey, type Transaction, unseal } from '../transactions/transaction.js'

/** The transaction of a state, for the browser that began it, and once. */
export async function takeTransaction(
  { transactions, rules }: OidcSettings,
  transactionId: unknown,
  state: string,
  signal: AbortSignal | undefined,
): Promise<Result<Transaction, AuthError>> {
  if (!isOpaqueToken(transactionId))
    return refused('OAUTH_TRANSACTION_INVALID', 'The browser has brought no transaction id.')
  const names = { transactionId, state }
  const key = await rowKey(names)
  const take = askStore('sign-in', () => transactions.take(key, rules.clock.now()))
  const text = await untilAborted(take, signal)
  if (text === undefined) {
    const reason =
      'No sign-in waits for this state in this browser: it was ended, is too old, or began elsewhere.'
    return refused('OAUTH_TRANSACTION_INVALID', reason)
  }
  try {
    return ok(await unseal(names, text))
  } catch (cause) {
    return refused('OAUTH_TRANSACTION_INVALID', 'What the store gave is not what was put there.', cause)
  }
}
