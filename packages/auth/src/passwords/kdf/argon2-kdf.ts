import { invalidOption } from '@base/core/options'
import { placeOf } from '../../place.js'
import { requireNodeCrypto } from '../../tokens/keys/node-crypto.js'
import type { Argon2Engine, Argon2Job } from './argon2-engine.js'
import { type Argon2Parameters, type Argon2Preset, readParameters } from './argon2-parameters.js'
import { formatArgon2, parseArgon2 } from './argon2-phc.js'
import type { PasswordKdf } from './password-kdf.js'

/** RFC 9106, section 3.1: 128 bits of salt, 256 of tag. */
const SALT_LENGTH = 16
const TAG_LENGTH = 32

/** argon2id on whichever engine: what is written and what is read are ours, so that all engines give the same texts. */
export class Argon2Kdf implements PasswordKdf {
  readonly id = 'argon2id'
  readonly #engine: Argon2Engine
  readonly #cost: Required<Argon2Parameters>

  constructor(engine: Argon2Engine, cost: Argon2Preset | Argon2Parameters) {
    this.#engine = engine
    this.#cost = readParameters(cost, engine.name)
  }

  async hash(password: string, salt: Uint8Array): Promise<string> {
    if (!(salt instanceof Uint8Array) || salt.length < SALT_LENGTH || salt.length > 64)
      throw invalidOption(salt?.length, placeOf(this.#engine.name)('salt'), `${SALT_LENGTH} to 64 bytes`)
    const job = this.#job(salt)
    return formatArgon2(job, await this.#engine.run(bytesOf(password), job))
  }

  async verify(password: string, phc: string): Promise<boolean> {
    const { timingSafeEqual } = requireNodeCrypto(this.#engine.name)
    const record = this.#read(phc)
    if (record === undefined) return false
    const tag = await this.#engine.run(bytesOf(password), record)
    return tag.length === record.tag.length && timingSafeEqual(tag, record.tag)
  }

  needsRehash(phc: string): boolean {
    const record = this.#read(phc)
    if (record === undefined) return true
    const { memory, passes, parallelism } = this.#cost
    const isAsNow =
      record.variant === 'argon2id' &&
      record.version === 19 &&
      record.memory === memory &&
      record.passes === passes &&
      record.parallelism === parallelism &&
      record.salt.length >= SALT_LENGTH &&
      record.tagLength === TAG_LENGTH
    return !isAsNow
  }

  recognises(phc: string): boolean {
    return this.#read(phc) !== undefined
  }

  decoy(): string {
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
    return formatArgon2(this.#job(random(SALT_LENGTH)), random(TAG_LENGTH))
  }

  #read(phc: unknown) {
    const record = typeof phc === 'string' ? parseArgon2(phc) : undefined
    return record !== undefined && this.#engine.versions.includes(record.version) ? record : undefined
  }

  #job(salt: Uint8Array): Argon2Job {
    return { variant: 'argon2id', version: 19, ...this.#cost, salt, tagLength: TAG_LENGTH }
  }
}

function bytesOf(password: string): Uint8Array {
  return new TextEncoder().encode(password)
}
