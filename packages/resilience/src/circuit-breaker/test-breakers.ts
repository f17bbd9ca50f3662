import { type Deferred, deferred } from '@base-internal/tools/deferred'
import { expect } from 'vitest'
import { CircuitBreaker, type CircuitBreakerEvents, type CircuitBreakerOptions } from './index.js'

/** A call that ends when the test says so. */
export function pendingCall(): { readonly fn: () => Promise<string> } & Omit<Deferred<string>, 'promise'> {
  const { promise, resolve, reject } = deferred<string>()
  return { fn: () => promise, resolve, reject }
}

export const fail = (): Promise<never> => Promise.reject(new Error('down'))
export const up = async (): Promise<string> => 'up'

/** Opened by one failure. */
export async function openBreaker(options: CircuitBreakerOptions = {}): Promise<CircuitBreaker> {
  const breaker = new CircuitBreaker({ failureThreshold: 1, recoveryTimeout: '10s', ...options })
  await expect(breaker.execute(fail)).rejects.toThrow('down')
  return breaker
}

/** What a breaker tells by these events, in order. */
export function record(breaker: CircuitBreaker, ...events: (keyof CircuitBreakerEvents)[]): unknown[] {
  const heard: unknown[] = []
  for (const event of events) breaker.on(event, (payload) => heard.push([event, payload]))
  return heard
}
