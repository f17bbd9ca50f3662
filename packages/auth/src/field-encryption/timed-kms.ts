import type { Clock } from '@base/core/clock'
import { timedRequest } from '../timed-request.js'
import type { KmsPort } from './kms-port.js'

/** A service each of whose answers fails after that many milliseconds; one that comes later is not heard. */
export function timedKms(kms: KmsPort, timeout: number, clock: Clock): KmsPort {
  const tooSlow = () => new Error(`No answer within ${timeout} ms.`)
  const within = <T>(ask: () => Promise<T>) =>
    timedRequest({ clock, timeout, name: 'answer of a key management service', tooSlow }, ask)
  return {
    get primaryId() {
      return kms.primaryId
    },
    generateDataKey: () => within(() => kms.generateDataKey()),
    unwrapDataKey: (keyId, wrapped) => within(() => kms.unwrapDataKey(keyId, wrapped)),
    ...(kms.indexKeys && { indexKeys: () => within(async () => (await kms.indexKeys?.()) ?? []) }),
  }
}
