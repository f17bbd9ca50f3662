import { isAppError } from '@base/core/errors'
import {
  checkFunction,
  checkInteger,
  checkMethods,
  checkOptions,
  checkSignal,
  invalidOption,
} from '@base/core/options'
import { placeOf } from '../place.js'
import type { FieldCipher } from './field-cipher.js'
import { FieldCipherError, type FieldCipherErrorCode } from './field-cipher-error.js'
import type { FieldPlace } from './place.js'

/** A field that may have to be encrypted anew. */
export interface EncryptedField<Name extends string = 'tenant' | 'table' | 'column' | 'rowId'> {
  /** Where it stands. */
  readonly place: FieldPlace<Name>
  /** As it stands there. */
  readonly text: string
}

/** Where encrypted fields are read and replaced; a few lines over your table. */
export interface ReencryptSource<Name extends string = 'tenant' | 'table' | 'column' | 'rowId'> {
  /**
   * The next fields in an order that never changes, such as by id, after the last one of the batch before; none at the end. At
   * first `after` is undefined, or what {@link ReencryptOptions.after} says.
   */
  next(after: EncryptedField<Name> | undefined, limit: number): Promise<readonly EncryptedField<Name>[]>
  /**
   * Replaces a field where it still is the text that was read (`update … where id = … and email = old`), and returns whether it
   * was. Someone who has changed it meanwhile has encrypted it by the primary key.
   */
  replace(field: EncryptedField<Name>, text: string): Promise<boolean>
}

/** Options of {@link reencrypt}. */
export interface ReencryptOptions<Name extends string = 'tenant' | 'table' | 'column' | 'rowId'> {
  /** Fields that are read at once, from 1 to 10,000. @defaultValue 100 */
  readonly batchSize?: number | undefined
  /** Where an earlier run got to, if you kept it: the field of its last `onProgress`. @defaultValue from the beginning */
  readonly after?: EncryptedField<Name> | undefined
  /** Told after each batch, when all of it is replaced: keep `last` if reading over what is done takes long. */
  readonly onProgress?: ((progress: ReencryptProgress<Name>) => void | Promise<void>) | undefined
  /**
   * Told of each field that cannot be decrypted, with the place in the details of the error; the run goes on, unless this throws.
   * Keys that are away end it anyway.
   * @defaultValue throws the error, unless the key is destroyed: what was erased stays so
   */
  readonly onUnreadable?:
    | ((field: EncryptedField<Name>, error: FieldCipherError) => void | Promise<void>)
    | undefined
  /** Ends the run between two fields; the promise then rejects with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** How far a run has got. */
export interface ReencryptProgress<Name extends string = 'tenant' | 'table' | 'column' | 'rowId'>
  extends ReencryptResult {
  /** The last field that was looked at. */
  readonly last: EncryptedField<Name>
}

/** What a run has done. */
export interface ReencryptResult {
  /** Fields that were looked at. */
  readonly seen: number
  /** Of these, fields that stand under the primary key now and did not before. */
  readonly replaced: number
  /** Of these, fields that someone else has changed meanwhile. */
  readonly changed: number
  /** Of these, fields that cannot be decrypted, and stay as they are. */
  readonly unreadable: number
}

/**
 * Encrypts by the primary key what another has encrypted, field by field. It may be killed at any moment and started again: a
 * field is replaced in one step or not at all, and what is done is not done twice. Two runs at once do no harm. Fields under a
 * destroyed key are counted and left.
 *
 * @example
 * const { replaced } = await reencrypt(cipher, customersEmails, { batchSize: 500 })
 *
 * @throws {@link FieldCipherError} at the first field that cannot be decrypted for another reason, with its place in `details`; it
 * stays as it is. `InvalidOptionError` for a wrong argument, and where `next` ends with the field that it was to go on after. What
 * `next`, `replace` and the functions of the options throw.
 */
export async function reencrypt<Name extends string>(
  cipher: FieldCipher<Name>,
  source: ReencryptSource<Name>,
  options: ReencryptOptions<Name> = {},
): Promise<ReencryptResult> {
  const { batchSize = 100, after } = checkOptions(options, optionOf('options'))
  const signal = checkSignal(options.signal, optionOf('signal'))
  const { onProgress = () => {}, onUnreadable = unlessErased } = options
  checkFunction(onProgress, optionOf('onProgress'))
  checkFunction(onUnreadable, optionOf('onUnreadable'))
  checkMethods(cipher, ['needsReencrypt', 'decrypt', 'encrypt'], optionOf('cipher'))
  checkMethods(source, ['next', 'replace'], optionOf('source'))
  const limit = checkInteger(batchSize, { ...optionOf('batchSize'), min: 1, max: 10_000 })
  const done = { seen: 0, replaced: 0, changed: 0, unreadable: 0 }
  let last = after
  for (;;) {
    signal?.throwIfAborted()
    const fields = await source.next(last, limit)
    const end = fields.at(-1)
    if (end === undefined) return done
    // A source that stands still would be read for ever.
    if (keyOf(end) === keyOf(last)) throw invalidOption(fields, optionOf('source.next()'), 'new fields')
    last = end
    for (const field of fields) {
      signal?.throwIfAborted()
      done.seen++
      const outcome = await renew(cipher, source, field, onUnreadable)
      if (outcome !== undefined) done[outcome]++
    }
    await onProgress({ ...done, last })
  }
}

async function renew<Name extends string>(
  cipher: FieldCipher<Name>,
  source: ReencryptSource<Name>,
  field: EncryptedField<Name>,
  onUnreadable: (field: EncryptedField<Name>, error: FieldCipherError) => void | Promise<void>,
): Promise<Exclude<keyof ReencryptResult, 'seen'> | undefined> {
  const { text, place } = field
  let value: unknown
  try {
    if (!cipher.needsReencrypt(text)) return undefined
    value = await cipher.decrypt(text, place)
  } catch (cause) {
    await onUnreadable(field, unreadable(place, cause))
    return 'unreadable'
  }
  const renewed = await cipher.encrypt(value, place)
  return (await source.replace(field, renewed)) ? 'replaced' : 'changed'
}

/** That a field cannot be decrypted, and where it stands. @throws what says something else, such as that keys are away. */
function unreadable(place: Readonly<Record<string, string>>, cause: unknown): FieldCipherError {
  if (!isAppError(cause) || !cause.code.startsWith('FIELD_')) throw cause
  const { keyId } = cause.details ?? {}
  return new FieldCipherError({
    code: cause.code as FieldCipherErrorCode,
    ...(typeof keyId === 'string' && { keyId }),
    place: { ...place },
    cause,
  })
}

function unlessErased(_: unknown, error: FieldCipherError): void {
  if (error.code !== 'FIELD_KEY_DESTROYED') throw error
}

const keyOf = (field?: EncryptedField<string>): string =>
  [field?.text, ...Object.values(field?.place ?? {})].join('\n')

const optionOf = /* @__PURE__ */ placeOf('reencrypt')
