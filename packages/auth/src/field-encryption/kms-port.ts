/** A fresh key for some fields, and what an envelope holds of it. */
export interface DataKey {
  /** The id of the key by which it is wrapped. */
  readonly keyId: string
  /** The key itself, 32 bytes. It is kept in memory only. */
  readonly key: Uint8Array
  /** What stands for it in envelopes, and without the wrapping key tells nothing; at most 4,096 bytes. */
  readonly wrapped: Uint8Array
}

/** A key for blind indexes. */
export interface IndexKey {
  /** The id of the key that it comes from. */
  readonly id: string
  /** 32 bytes, of use for nothing else. */
  readonly key: Uint8Array
}

/**
 * Who keeps the keys: {@link localKeys}, or a key management service behind an adapter. It makes data keys and unwraps them; fields
 * are encrypted here, so a call is needed now and then only. Throw a {@link FieldCipherError} for a key that is not known,
 * disabled or destroyed, and for bytes that it never wrapped (`FIELD_TAMPERED`); anything else counts as being away, and so does an
 * answer that takes longer than the `timeout` of the cipher.
 */
export interface KmsPort {
  /** The id of the key that wraps new data keys. It may change while the process runs. */
  readonly primaryId: string
  /** A new data key, wrapped by the primary key. */
  generateDataKey(): Promise<DataKey>
  /** The data key that an envelope holds. The id and the bytes come from storage: look the id up, and trust neither. */
  unwrapDataKey(keyId: string, wrapped: Uint8Array): Promise<Uint8Array>
  /** The keys of blind indexes, that of the primary key first. Without it there are no blind indexes. */
  indexKeys?(): Promise<readonly IndexKey[]>
}
