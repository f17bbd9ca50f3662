import type { Argon2Parameters } from './argon2-parameters.js'

/** The three variants; only argon2id is made, the others are read. */
export type Argon2Variant = 'argon2d' | 'argon2i' | 'argon2id'

/** Their numbers, as both packages have them. */
export const ARGON2_TYPES: Readonly<Record<Argon2Variant, 0 | 1 | 2>> = {
  argon2d: 0,
  argon2i: 1,
  argon2id: 2,
}

/** All that a run of argon2 depends on, beside the password. */
export interface Argon2Job extends Required<Argon2Parameters> {
  readonly variant: Argon2Variant
  /** 0x10 is argon2 1.2.1, of 2015. */
  readonly version: 16 | 19
  readonly salt: Uint8Array
  readonly tagLength: number
  /** Inputs of RFC 9106 that its vectors have; passwords have none, for `pepper` works with every function. */
  readonly secret?: Uint8Array
  /** As above. `@node-rs/argon2` does not take it. */
  readonly associatedData?: Uint8Array
}

/** Whoever computes argon2, off the main thread. */
export interface Argon2Engine {
  /** Names the function that users call. */
  readonly name: string
  /** The versions that it can compute. */
  readonly versions: readonly number[]
  /** The bare tag. */
  run(password: Uint8Array, job: Argon2Job): Promise<Uint8Array>
}
