import { expectTypeOf, test } from 'vitest'
import { type Lease, memoryLock, withLock } from './index.js'

test('a lock takes a signal that may be missing', () => {
  const lock = memoryLock()
  const acquire = (signal?: AbortSignal) => lock.acquire('k', { signal })
  const tryAcquire = (signal?: AbortSignal) => lock.tryAcquire('k', { signal })
  const locked = (signal?: AbortSignal) => withLock(lock, 'k', { signal }, () => 1)
  expectTypeOf(acquire()).toEqualTypeOf<Promise<Lease>>()
  expectTypeOf(tryAcquire()).toEqualTypeOf<Promise<Lease | undefined>>()
  expectTypeOf(locked()).toEqualTypeOf<Promise<number>>()
})
