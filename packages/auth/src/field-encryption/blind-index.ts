import type { Clock } from '@base/core/clock'
import { UnsupportedError } from '@base/core/errors'
import { requireNodeCrypto } from '../tokens/keys/node-crypto.js'
import { ask } from './data-keys.js'
import type { IndexKey, KmsPort } from './kms-port.js'

const COLUMN_KEY = Buffer.from('@base/auth blind index 1')

/**
 * HMAC-SHA-256 of the value, under a key of the column, which is the HMAC-SHA-256 of its place under a key that is for indexes
 * alone. So two columns do not show which of their values are equal, and the place and the value cannot run into each other.
 */
export function blindIndexOf(key: IndexKey, column: Uint8Array, value: Uint8Array, bytes: number): string {
  const node = requireNodeCrypto('FieldCipher')
  const columnKey = node.createHmac('sha256', key.key).update(COLUMN_KEY).update(column).digest()
  const digest = node.createHmac('sha256', columnKey).update(value).digest()
  return digest.subarray(0, bytes).toString('base64url')
}

const LONGEST_USE = 3_600_000

/** The keys for indexes, asked for once an hour, and when another key becomes primary. */
export class IndexKeys {
  readonly #kms: KmsPort
  readonly #clock: Clock
  #kept:
    | { readonly id: string; readonly until: number; readonly keys: Promise<readonly IndexKey[]> }
    | undefined

  constructor(kms: KmsPort, clock: Clock) {
    this.#kms = kms
    this.#clock = clock
  }

  /** The keys, that of the primary key first; never none. */
  get(): Promise<readonly IndexKey[]> {
    const now = this.#clock.monotonic()
    const id = this.#kms.primaryId
    if (this.#kept !== undefined && this.#kept.id === id && now < this.#kept.until) return this.#kept.keys
    const kept = { id, until: now + LONGEST_USE, keys: fetchKeys(this.#kms) }
    this.#kept = kept
    kept.keys.catch(() => {
      if (this.#kept === kept) this.#kept = undefined
    })
    return kept.keys
  }
}

async function fetchKeys(kms: KmsPort): Promise<readonly IndexKey[]> {
  const keys = await ask(async () => kms.indexKeys?.())
  if (keys !== undefined && keys.length > 0) return keys
  throw new UnsupportedError({
    message: 'The keys of this cipher give none for blind indexes: implement indexKeys.',
  })
}
