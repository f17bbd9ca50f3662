import { invalidOption, type OptionPlace } from '@base/core/options'
import { isSecret, type Secret } from '@base/core/secret'
import { kindOfSecret } from './kind-of-secret.js'
import { withoutText } from './without-text.js'

/** Keys by id, one of which is for what is made from now on. */
export interface NamedKeys {
  readonly current: string
  readonly keys: Readonly<Record<string, Uint8Array | Secret<Uint8Array>>>
}

type PlaceOf = (option: string) => OptionPlace

const LEAST_BYTES = 32
const ID = /^[\w.-]{1,32}$/

/**
 * The keys of an option, such as a pepper, checked and copied.
 *
 * @throws InvalidOptionError naming what is wrong, and never what may be a key in the place of an id.
 */
export function readNamedKeys(
  given: NamedKeys | null,
  option: string,
  place: PlaceOf,
): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  const { current, keys }: Partial<NamedKeys> = given ?? {}
  const read = Object.entries(keys ?? {}).map(
    ([id, key]) => [id, readKey(id, key, `${option}.keys`, place)] as const,
  )
  const known = new Map(read)
  if (current !== undefined && known.has(current)) return known
  throw invalidOption(withoutText(current), place(`${option}.current`), 'the id of a key')
}

function readKey(id: string, key: unknown, option: string, place: PlaceOf): Uint8Array<ArrayBuffer> {
  if (!ID.test(id))
    throw invalidOption(withoutText(id), place(option), 'ids of 1 to 32 letters, digits, _, ., -')
  const bytes = isSecret(key) ? key.reveal() : key
  if (bytes instanceof Uint8Array && bytes.length >= LEAST_BYTES) return Uint8Array.from(bytes)
  // An id as long as a key may be one: somebody has swapped the two.
  const at = id.length < LEAST_BYTES ? `${option}.${id}` : option
  throw invalidOption(kindOfSecret(bytes), place(at), `at least ${LEAST_BYTES} bytes`)
}
