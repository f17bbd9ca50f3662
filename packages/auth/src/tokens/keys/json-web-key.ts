/** The members of a {@link JsonWebKey} that are read here. A key of a type that lists its members, such as WebCrypto's, has no other. */
export interface JsonWebKeyMembers {
  /** The family of the key: `RSA`, `EC`, `OKP`, `oct`. */
  readonly kty?: string
  /** The one algorithm that it is for. */
  readonly alg?: string
  /** What it is for: `sig` or `enc`. */
  readonly use?: string
  /** What may be done with it. */
  readonly key_ops?: readonly string[]
  /** Its name. */
  readonly kid?: string
  /** The curve. */
  readonly crv?: string
  /** The x coordinate, or the public key of an `OKP`. */
  readonly x?: string
  /** The y coordinate. */
  readonly y?: string
  /** The modulus. */
  readonly n?: string
  /** The public exponent. */
  readonly e?: string
  /** The private key. */
  readonly d?: string
  /** The shared secret. */
  readonly k?: string
}

/** A key as JSON. Only the members that are read here are named. @see RFC 7517 */
export interface JsonWebKey extends JsonWebKeyMembers {
  /** Any other member. */
  readonly [member: string]: unknown
}

/** A set of keys as JSON. @see RFC 7517, section 5 */
export interface JsonWebKeySet {
  /** The keys. Those that cannot be used are ignored. */
  readonly keys: readonly JsonWebKey[]
}
