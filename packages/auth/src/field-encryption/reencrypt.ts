import { checkInteger, checkMethods } from '@base/core/options'
import { placeOf } from '../place.js'
import type { FieldCipher } from './field-cipher.js'
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
  readonly batchSize?: number
  /** Where an earlier run got to, if you kept it: the field of its last `onProgress`. @defaultValue from the beginning */
  readonly after?: EncryptedField<Name>
  /** Told after each batch, when all of it is replaced: keep `last` if reading over what is done takes long. */
  readonly onProgress?: (progress: ReencryptProgress<Name>) => void | Promise<void>
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
}

/**
 * Encrypts by the primary key what another has encrypted, field by field. It may be killed at any moment and started again: a
 * field is replaced in one step or not at all, and what is done is not done twice. Two runs at once do no harm.
 *
 * @example
 * const { replaced } = await reencrypt(cipher, customersEmails, { batchSize: 500 })
 *
 * @throws {@link FieldCipherError} at the first field that cannot be decrypted, which stays as it is; what `next` and `replace` throw.
 */
export async function reencrypt<Name extends string>(
  cipher: FieldCipher<Name>,
  source: ReencryptSource<Name>,
  { batchSize = 100, after, onProgress, signal }: ReencryptOptions<Name> = {},
): Promise<ReencryptResult> {
  checkMethods(source, ['next', 'replace'], optionOf('source'))
  const limit = checkInteger(batchSize, { ...optionOf('batchSize'), min: 1, max: 10_000 })
  const done = { seen: 0, replaced: 0, changed: 0 }
  let last = after
  for (;;) {
    signal?.throwIfAborted()
    const fields = await source.next(last, limit)
    last = fields.at(-1)
    if (last === undefined) return done
    for (const field of fields) {
      signal?.throwIfAborted()
      done.seen++
      if (cipher.needsReencrypt(field.text)) done[await renew(cipher, source, field)]++
    }
    await onProgress?.({ ...done, last })
  }
}

async function renew<Name extends string>(
  cipher: FieldCipher<Name>,
  source: ReencryptSource<Name>,
  field: EncryptedField<Name>,
): Promise<'replaced' | 'changed'> {
  const { text, place } = field
  const renewed = await cipher.encrypt(await cipher.decrypt(text, place), place)
  return (await source.replace(field, renewed)) ? 'replaced' : 'changed'
}

const optionOf = /* @__PURE__ */ placeOf('reencrypt')
