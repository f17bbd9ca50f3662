import type { ColumnPlace, FieldPlace } from './place.js'

/** Options of a call. */
export interface FieldCipherCall {
  /** Ends the wait for keys; the call then rejects with its reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Encrypts single fields of rows. A field can be decrypted in its own place only: in another row, column, table or tenant it
 * is refused, and so is one of which a single bit was changed.
 *
 * What stands in the database is `v1.<key id>.<wrapped data key>.<commitment>.<nonce, ciphertext and tag>`: text of ASCII letters,
 * by keys of `localKeys` 131 characters and the key's id longer than the base64 of the value.
 */
export interface FieldCipher<Name extends string = 'tenant' | 'table' | 'column' | 'rowId'> {
  /**
   * The field as text: AES-256-GCM with a nonce of its own, so that equal values differ. Takes texts, bytes, and what the codec of
   * @base/core/codec carries: numbers, bigints, dates, null, undefined, lists, maps.
   *
   * @throws {@link FieldCipherError} with `KMS_UNAVAILABLE` where there is no key to be had; `InvalidOptionError` where a part of
   * the place is missing; `UnsupportedError` for a value that is none of those.
   */
  encrypt(value: unknown, place: FieldPlace<Name>, call?: FieldCipherCall): Promise<string>
  /**
   * The value. Trusts nothing of the text: the key that it names is looked up, never tried.
   *
   * @throws {@link FieldCipherError} saying why. What cannot be decrypted is never returned as it is.
   */
  decrypt<T = unknown>(text: string, place: FieldPlace<Name>, call?: FieldCipherCall): Promise<T>
  /**
   * Whether a field was encrypted by a key that is not the primary one; also true where that key is disabled or unknown, so look
   * at what decrypts next.
   *
   * @throws {@link FieldCipherError} with `FIELD_MALFORMED` where the text is no encrypted field.
   */
  needsReencrypt(text: string): boolean
  /**
   * A text that is the same for equal values of a column and tells nothing else: to be stored beside the field, with an index, and
   * searched by. Objects are equal whatever the order of their members, maps and sets in the same order only; a `Buffer` equals
   * the `Uint8Array` that a field comes back as. `rowId` is ignored. It shows which rows are equal, so give none to what has few values, such as a sex or a
   * yes and no, except together with others.
   *
   * @throws {@link FieldCipherError} with `KMS_UNAVAILABLE`; `UnsupportedError` where the keys give none for indexes;
   * `InvalidOptionError` where `normalize` gives no text.
   */
  blindIndex(value: unknown, place: ColumnPlace<Name>, call?: FieldCipherCall): Promise<string>
  /** The same by every key that may still stand in the database, the primary first: what to search by while keys change. */
  blindIndexes(value: unknown, place: ColumnPlace<Name>, call?: FieldCipherCall): Promise<readonly string[]>
}
