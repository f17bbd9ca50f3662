import { describe, expect, test } from 'vitest'
import { isTransient } from './connection-error.js'

const caused = (name: string, cause?: unknown) => Object.assign(new Error('failed', { cause }), { name })

describe('a connection that fails is known on each runtime', () => {
  test.each([
    ['Node', caused('TypeError', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))],
    ['Bun', Object.assign(caused('TypeError'), { code: 'ConnectionRefused' })],
    [
      'Deno',
      caused('TypeError', new Error('error sending request for url (http://a/): client error (Connect)')),
    ],
    ['workerd', Object.assign(new Error('Network connection lost.'), { retryable: true })],
    ['browsers', caused('TypeError')],
  ])('%s', (_, error) => {
    expect(isTransient(error)).toBe(true)
  })

  test.each([
    ['too many redirects on Node', caused('TypeError', new Error('redirect count exceeded'))],
    [
      'a request that is wrong',
      caused('TypeError', Object.assign(new Error('no'), { code: 'ERR_INVALID_URL' })),
    ],
    ['an abort', Object.assign(new Error('aborted'), { name: 'AbortError' })],
    ['what is not worth it on workerd', Object.assign(new Error('no'), { retryable: false })],
    ['no error', undefined],
  ])('%s is none', (_, error) => {
    expect(isTransient(error)).toBe(false)
  })
})
