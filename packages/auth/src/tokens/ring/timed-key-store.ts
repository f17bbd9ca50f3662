import type { Clock } from '@base/core/clock'
import { timedRequest } from '../../timed-request.js'
import type { KeyStore } from './key-store.js'

/** A store each of whose answers fails after that many milliseconds; one that comes later is not heard. */
export function timedKeyStore(store: KeyStore, timeout: number, clock: Clock): KeyStore {
  const tooSlow = () => new Error(`No answer within ${timeout} ms.`)
  const within = <T>(ask: () => Promise<T>) =>
    timedRequest({ clock, timeout, name: 'answer of a key store', tooSlow }, ask)
  return {
    load: () => within(() => store.load()),
    replace: (expected, keys) => within(() => store.replace(expected, keys)),
  }
}
