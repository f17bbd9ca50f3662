import type { TokenClaims } from '../claims.js'
import type { VerificationKey } from '../keys/key-source.js'
import { nodeCrypto } from '../keys/node-crypto.js'

/** A token whose signature and claims were good, with what made them so. */
export interface VerifiedToken {
  readonly claims: TokenClaims
  readonly key: VerificationKey
}

/**
 * Remembers tokens that were good, for one verifier, by the SHA-256 of the whole token: two tokens never share an entry
 * (CVE-2026-35039), and no token stays in memory. What was used last stays longest.
 *
 * Nothing is remembered where there is no hash without a promise: it would cost what it saves.
 */
export class VerifiedCache {
  readonly #size: number
  readonly #digest: ((token: string) => string) | undefined
  readonly #entries = new Map<string, VerifiedToken>()

  constructor(size: number) {
    this.#size = size
    this.#digest = size === 0 ? undefined : sha256()
  }

  /** By what a token is remembered; `undefined` where nothing is. */
  keyOf(token: string): string | undefined {
    return this.#digest?.(token)
  }

  get(key: string): VerifiedToken | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry
  }

  set(key: string, entry: VerifiedToken): void {
    this.#entries.set(key, entry)
    if (this.#entries.size <= this.#size) return
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest)
      break
    }
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}

function sha256(): ((token: string) => string) | undefined {
  const node = nodeCrypto()
  return typeof node?.hash === 'function' ? (token) => node.hash('sha256', token, 'base64') : undefined
}
