import { checkOneOf, invalidOption, type OptionPlace } from '@base/core/options'
import { isSecret, type Secret } from '@base/core/secret'
import { kindOfSecret } from '../kind-of-secret.js'
import { placeOf } from '../place.js'
import { requireNodeCrypto } from '../tokens/keys/node-crypto.js'
import { withoutText } from '../without-text.js'
import { FieldCipherError, type FieldCipherErrorCode } from './field-cipher-error.js'
import type { DataKey, IndexKey, KmsPort } from './kms-port.js'

/** What a key is for: encrypts and decrypts, decrypts only, rests, or is gone for good. */
export type FieldKeyState = 'primary' | 'enabled' | 'disabled' | 'destroyed'

/** A key of {@link localKeys}. */
export interface LocalKey {
  /** Its name in envelopes: 1 to 64 letters, digits, `_` and `-`. Never give it to another key. */
  readonly id: string
  /** 32 random bytes. A destroyed key has none. */
  readonly key?: Uint8Array | Secret<Uint8Array> | undefined
  /** What it is for; exactly one is `primary`. A new one is `enabled` on all instances before it is that. */
  readonly state: FieldKeyState
}

const KEY_BYTES = 32
const SALT_BYTES = 32
const STATES = ['primary', 'enabled', 'disabled', 'destroyed'] as const
const REFUSED: Readonly<Partial<Record<FieldKeyState, FieldCipherErrorCode>>> = {
  disabled: 'FIELD_KEY_DISABLED',
  destroyed: 'FIELD_KEY_DESTROYED',
}

/** Whether a text can be the id of a key. */
export function isKeyId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value)
}

/**
 * Keys that the process holds itself, such as out of its configuration. A data key is derived from one by HKDF-SHA-256
 * (RFC 5869) with a random salt of 32 bytes, which is what envelopes hold of it.
 *
 * @example
 * const keys = localKeys([
 *   { id: '2026', key: crypto.getRandomValues(new Uint8Array(32)), state: 'primary' },
 *   { id: '2025', state: 'destroyed' },
 * ])
 *
 * @throws `InvalidOptionError` unless exactly one key is primary, ids differ, and each key that is not destroyed has 32 bytes.
 */
export function localKeys(keys: readonly LocalKey[]): KmsPort {
  const known = readKeys(keys)
  const primaryId = primaryOf(known)
  const use = (keyId: string): Uint8Array => {
    const found = known.get(keyId)
    const code = found === undefined ? 'FIELD_KEY_UNKNOWN' : REFUSED[found.state]
    if (found?.key === undefined || code !== undefined)
      throw new FieldCipherError({ code: code ?? 'FIELD_KEY_DESTROYED', keyId })
    return found.key
  }
  return {
    primaryId,
    generateDataKey: async (): Promise<DataKey> => {
      const wrapped = crypto.getRandomValues(new Uint8Array(SALT_BYTES))
      return { keyId: primaryId, key: derive(use(primaryId), wrapped, 'data key'), wrapped }
    },
    unwrapDataKey: async (keyId, wrapped) => derive(use(keyId), wrapped, 'data key'),
    indexKeys: async (): Promise<readonly IndexKey[]> =>
      [...known]
        .filter(([, { state }]) => state === 'primary' || state === 'enabled')
        .sort(([a], [b]) => Number(b === primaryId) - Number(a === primaryId))
        .map(([id]) => ({ id, key: derive(use(id), new Uint8Array(0), 'blind index') })),
  }
}

interface HeldKey {
  readonly state: FieldKeyState
  readonly key: Uint8Array | undefined
}

function readKeys(keys: readonly LocalKey[]): ReadonlyMap<string, HeldKey> {
  if (!Array.isArray(keys)) throw invalidOption(withoutText(keys), optionOf('keys'), 'an array')
  const held = new Map<string, HeldKey>()
  for (const [index, given] of (keys as readonly (LocalKey | null | undefined)[]).entries()) {
    const { id, key, state }: Partial<LocalKey> = given ?? {}
    if (!isKeyId(id))
      throw invalidOption(withoutText(id), optionOf(`keys.${index}.id`), '1 to 64 letters, digits, _ and -')
    if (held.has(id)) throw invalidOption(id, optionOf(`keys.${index}.id`), 'different from all others')
    // The key first: where that is good, it does not stand in the place of the state, which is told.
    const bytes = state === 'destroyed' ? undefined : readKey(key, optionOf(`keys.${index}.key`))
    held.set(id, { state: checkOneOf(state, STATES, optionOf(`keys.${index}.state`)), key: bytes })
  }
  return held
}

/** A copy, so that nobody else can change or wipe it. */
function readKey(key: unknown, place: OptionPlace): Uint8Array {
  const bytes = isSecret(key) ? key.reveal() : key
  if (bytes instanceof Uint8Array && bytes.byteLength === KEY_BYTES) return Uint8Array.from(bytes)
  throw invalidOption(kindOfSecret(bytes), place, `a Uint8Array of ${KEY_BYTES} bytes`)
}

function primaryOf(keys: ReadonlyMap<string, HeldKey>): string {
  const ids = [...keys.keys()].filter((id) => keys.get(id)?.state === 'primary')
  if (ids.length === 1) return ids[0] as string
  throw invalidOption(ids.length, optionOf('keys'), 'a list with exactly one primary key')
}

function derive(key: Uint8Array, salt: Uint8Array, purpose: string): Uint8Array {
  const node = requireNodeCrypto('localKeys')
  return new Uint8Array(
    node.hkdfSync('sha256', key, salt, `@base/auth field encryption 1: ${purpose}`, KEY_BYTES),
  )
}

const optionOf = /* @__PURE__ */ placeOf('localKeys')
