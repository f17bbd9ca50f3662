import type { Argon2Job, Argon2Variant } from './argon2-engine.js'
import { CAPS } from './argon2-parameters.js'
import { decodePhcBase64, encodePhcBase64 } from './phc-base64.js'

/** What a PHC string says. */
export interface Argon2Record extends Argon2Job {
  readonly tag: Uint8Array
}

const LONGEST = 256
const FORM =
  /^\$(argon2(?:id|i|d))\$(?:v=(16|19)\$)?m=([1-9]\d{0,6}),(?:t=([1-9]\d?),p=([1-9]\d?)|p=([1-9]\d?),t=([1-9]\d?))\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

const SALT = { least: 8, most: 64 }
const TAG = { least: 16, most: 64 }

/** `$argon2id$v=19$m=47104,t=1,p=1$<salt>$<tag>` */
export function formatArgon2(job: Argon2Job, tag: Uint8Array): string {
  const { variant, version, memory, passes, parallelism, salt } = job
  const cost = `m=${memory},t=${passes},p=${parallelism}`
  return `$${variant}$v=${version}$${cost}$${encodePhcBase64(salt)}$${encodePhcBase64(tag)}`
}

/**
 * Reads a PHC string of argon2, and gives `undefined` for every text that is none, or asks for more than the caps: verifying
 * does what the row says, so a row that was tampered with must not take all memory or run for hours.
 *
 * Strict: memory first, then passes and lanes (the package argon2 writes lanes and passes), no other parameter; without
 * `v=` it is version 16; numbers without leading zeros, base64 without padding and spare bits.
 *
 * @see The PHC string format specification
 */
export function parseArgon2(text: string): Argon2Record | undefined {
  const parts = text.length <= LONGEST ? FORM.exec(text) : null
  if (parts === null) return undefined
  const [, variant, version, memory, passes = parts[7], parallelism = parts[6]] = parts
  const salt = decodePhcBase64(parts[8] as string)
  const tag = decodePhcBase64(parts[9] as string)
  if (salt === undefined || tag === undefined) return undefined
  const record: Argon2Record = {
    variant: variant as Argon2Variant,
    version: version === '19' ? 19 : 16,
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: tag.length,
    salt,
    tag,
  }
  return isRunnable(record) ? record : undefined
}

function isRunnable({ memory, passes, parallelism, salt, tag }: Argon2Record): boolean {
  const affordable =
    memory <= CAPS.memory &&
    passes <= CAPS.passes &&
    parallelism <= CAPS.parallelism &&
    memory >= 8 * parallelism
  return affordable && isWithin(salt.length, SALT) && isWithin(tag.length, TAG)
}

function isWithin(value: number, { least, most }: { least: number; most: number }): boolean {
  return value >= least && value <= most
}
