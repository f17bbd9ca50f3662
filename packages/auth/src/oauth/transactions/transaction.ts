import { hashText } from '../../tokens/opaque/opaque-token.js'
import { openText, type Seal, sealText } from '../../tokens/opaque/sealed-text.js'
import type { OidcSettings } from '../oidc-options.js'

/** What of a sign-in is needed on the way back. */
export interface Transaction {
  /** Which client of which provider began it. */
  readonly client: string
  readonly redirectUri: string
  readonly returnTo: string
  readonly verifier: string
  readonly nonce: string
  /** The oldest sign-in at the provider that is enough, in seconds. */
  readonly maxAge: number | undefined
}

/** Which client of which provider: what one has begun, no other may end. */
export function clientName({ issuer, clientId }: OidcSettings): string {
  return JSON.stringify([issuer, clientId])
}

/** What names a transaction: what the browser keeps, and what the provider sends back. Both are needed to find it. */
export interface TransactionKey {
  /** A secret of the browser that began it. */
  readonly transactionId: string
  readonly state: string
}

export interface SealedTransaction {
  readonly key: string
  readonly text: string
}

export async function seal(names: TransactionKey, transaction: Transaction): Promise<SealedTransaction> {
  const key = await rowKey(names)
  return { key, text: await sealText(JSON.stringify(transaction), sealOf(names, key)) }
}

/** Rejects where it is another's, or was changed. */
export async function unseal(names: TransactionKey, text: string): Promise<Transaction> {
  return JSON.parse(await openText(text, sealOf(names, await rowKey(names)))) as Transaction
}

/** What a store finds a transaction by. */
export function rowKey({ transactionId, state }: TransactionKey): Promise<string> {
  return hashText(`${transactionId}.${state}`)
}

/**
 * A store must not be able to finish a sign-in. So the key is made of what only the browser has, with the state as salt. The store
 * has a hash of both, out of which the key does not follow; it is authenticated, so that a row cannot be moved.
 */
function sealOf({ transactionId, state }: TransactionKey, key: string): Seal {
  return { secret: transactionId, salt: state, purpose: '@base/auth oauth transaction 1', context: key }
}
