import { type Duration, toMilliseconds } from '@base/core/duration'
import {
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptions,
  invalidOption,
  type OptionPlace,
} from '@base/core/options'
import { isSecret, type Secret } from '@base/core/secret'
import { placeOf } from '../place.js'
import { requireNodeCrypto } from '../tokens/keys/node-crypto.js'
import { decodeBase32 } from './base32.js'

/** The hash of a one-time code. Authenticator apps know SHA1, and few know another. */
export type TotpAlgorithm = 'SHA1' | 'SHA256' | 'SHA512'

/**
 * What an authenticator app and a server share: base32, as it stands in the app, or bytes. At least 10 of them, as older services
 * have made; RFC 4226, section 4, wants 16, and `createTotp` makes 20 and more.
 */
export type TotpSecret = string | Uint8Array | Secret<string | Uint8Array>

/** Options of {@link hotpCode}. */
export interface HotpCodeOptions {
  /** How many codes came before, an integer from 0. */
  readonly counter: number
  /** The hash that the HMAC is of. @defaultValue 'SHA1' */
  readonly algorithm?: TotpAlgorithm | undefined
  /** How many digits a code has, 6 to 8. @defaultValue 6 */
  readonly digits?: number | undefined
}

/** Options of {@link totpCode}. */
export interface TotpCodeOptions {
  /** When, in milliseconds since 1970. @defaultValue now */
  readonly time?: number | undefined
  /** For how long a code is shown, in whole seconds, 15 s to 5 min. @defaultValue '30s' */
  readonly period?: Duration | undefined
  /** The hash that the HMAC is of. @defaultValue 'SHA1' */
  readonly algorithm?: TotpAlgorithm | undefined
  /** How many digits a code has, 6 to 8. @defaultValue 6 */
  readonly digits?: number | undefined
}

const HASHES: Readonly<Record<TotpAlgorithm, string>> = { SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' }
const PERIOD = { least: 15_000, most: 300_000 }
const LEAST_SECRET = 10

/**
 * The code that belongs to a counter.
 *
 * @example
 * hotpCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', { counter: 0 }) // '755224'
 *
 * @throws InvalidOptionError, which never shows the secret.
 * @see RFC 4226
 */
export function hotpCode(secret: TotpSecret, options: HotpCodeOptions): string {
  const place = placeOf('hotpCode')
  const { counter, algorithm = 'SHA1', digits = 6 } = options ?? {}
  return codeOf(readSecret(secret, place), checkInteger(counter, place('counter')), {
    algorithm: checkAlgorithm(algorithm, place),
    digits: checkDigits(digits, place),
  })
}

/**
 * The code that an authenticator app shows at a time: for tests, and for devices of your own. To verify what somebody has
 * typed take {@link createTotp}, which takes a code once.
 *
 * @example
 * totpCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', { time: 59_000, digits: 8 }) // '94287082'
 *
 * @throws InvalidOptionError, which never shows the secret.
 * @see RFC 6238
 */
export function totpCode(secret: TotpSecret, options: TotpCodeOptions = {}): string {
  const place = placeOf('totpCode')
  const { time = Date.now(), period = '30s' } = checkOptions(options, place('options'))
  const { algorithm = 'SHA1', digits = 6 } = options
  const step = Math.floor(checkNumber(time, place('time')) / checkPeriod(period, place))
  return codeOf(readSecret(secret, place), step, {
    algorithm: checkAlgorithm(algorithm, place),
    digits: checkDigits(digits, place),
  })
}

/** The code itself, of what is checked. */
export function codeOf(
  secret: Uint8Array,
  counter: number,
  { algorithm, digits }: { readonly algorithm: TotpAlgorithm; readonly digits: number },
): string {
  const { createHmac } = requireNodeCrypto('totp')
  const message = new DataView(new ArrayBuffer(8))
  message.setBigUint64(0, BigInt(counter))
  const mac = createHmac(HASHES[algorithm], secret).update(new Uint8Array(message.buffer)).digest()
  // RFC 4226, section 5.3: the last four bits say where 31 bits are taken.
  const offset = (mac.at(-1) as number) & 15
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** The algorithm, however its name is written. @throws InvalidOptionError */
export function checkAlgorithm(algorithm: unknown, place: (option: string) => OptionPlace): TotpAlgorithm {
  const name = typeof algorithm === 'string' ? algorithm.toUpperCase().replace('SHA-', 'SHA') : algorithm
  return checkOneOf(name, ['SHA1', 'SHA256', 'SHA512'], place('algorithm'))
}

/** @throws InvalidOptionError */
export function checkDigits(digits: unknown, place: (option: string) => OptionPlace): number {
  return checkInteger(digits, { ...place('digits'), min: 6, max: 8 })
}

/** The period in milliseconds. @throws InvalidOptionError */
export function checkPeriod(period: Duration, place: (option: string) => OptionPlace): number {
  const milliseconds = toMilliseconds(period, place('period'))
  const fits = milliseconds >= PERIOD.least && milliseconds <= PERIOD.most && milliseconds % 1_000 === 0
  if (!fits) throw invalidOption(period, place('period'), 'whole seconds from 15s to 5m')
  return milliseconds
}

function readSecret(secret: TotpSecret, place: (option: string) => OptionPlace): Uint8Array {
  const value = isSecret(secret) ? secret.reveal() : secret
  const bytes = typeof value === 'string' ? decodeBase32(value) : value
  if (bytes instanceof Uint8Array && bytes.length >= LEAST_SECRET) return bytes
  throw invalidOption(typeof value, place('secret'), `base32 or bytes, at least ${LEAST_SECRET} bytes`)
}
