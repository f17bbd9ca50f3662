import type { Clock } from '@base/core/clock'
import { isAppError } from '@base/core/errors'
import { timedRequest } from '../timed-request.js'
import { FieldCipherError } from './field-cipher-error.js'
import type { KmsPort } from './kms-port.js'

/** Who keeps the keys, and how many milliseconds each answer may take, by which clock. */
export interface TimedKms {
  readonly kms: KmsPort
  readonly timeout: number
  readonly clock: Clock
}

/** What comes of an answer. A key or a text that is refused is; anything else is a failure to reach who keeps the keys. */
export async function askKms<T>(
  { kms, timeout, clock }: TimedKms,
  ask: (kms: KmsPort) => Promise<T>,
): Promise<T> {
  const tooSlow = () => new Error(`No answer within ${timeout} ms.`)
  const time = { clock, timeout, name: 'answer of a key management service', tooSlow }
  try {
    return await timedRequest(time, () => ask(kms))
  } catch (cause) {
    // By brand and code: an adapter may have another copy of this package.
    if (isAppError(cause) && cause.code.startsWith('FIELD_')) throw cause
    throw new FieldCipherError({ code: 'KMS_UNAVAILABLE', cause })
  }
}
