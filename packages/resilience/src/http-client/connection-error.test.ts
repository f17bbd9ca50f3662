import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { isTransient } from './connection-error.js'

const caused = (name: string, cause?: unknown) => Object.assign(new Error('failed', { cause }), { name })

const fetchFailed = (why: string) => new TypeError(`Fetch failed: ${why}`)

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
    [
      'Node, of an answer that is no HTTP',
      caused('TypeError', Object.assign(new Error('no match'), { name: 'HTTPParserError', code: undefined })),
    ],
    [
      'Node, where a proxy refuses to connect',
      caused('TypeError', new DOMException('Request was cancelled.')),
    ],
    ['a fetch with a limit of its own', new DOMException('too slow', 'TimeoutError')],
    ['Node, where a runner has a realm of its own', runInNewContext("new TypeError('fetch failed')")],
  ])('%s', (_, error) => {
    expect(isTransient(error)).toBe(true)
  })

  test.each([
    ['too many redirects on Node', caused('TypeError', new Error('redirect count exceeded'))],
    ['too many redirects on Bun', Object.assign(caused('TypeError'), { code: 'TooManyRedirects' })],
    ['too many redirects on Deno', fetchFailed('Maximum number of redirects (20) reached')],
    [
      "a redirect that `redirect: 'error'` refuses on Node",
      caused('TypeError', new Error('unexpected redirect')),
    ],
    ['that on Bun', Object.assign(caused('TypeError'), { code: 'UnexpectedRedirect' })],
    ['that on Deno', fetchFailed("Encountered redirect while redirect mode is set to 'error'")],
    [
      'a request that is wrong',
      caused('TypeError', Object.assign(new Error('no'), { code: 'ERR_INVALID_URL' })),
    ],
    ['an abort', Object.assign(new Error('aborted'), { name: 'AbortError' })],
    ['what is not worth it on workerd', Object.assign(new Error('no'), { retryable: false })],
    ["a TimeoutError that is not the platform's", caused('TimeoutError')],
    ['no error', undefined],
  ])('%s is none', (_, error) => {
    expect(isTransient(error)).toBe(false)
  })
})

describe('a code tells whose fault it is', () => {
  const coded = (code: string) => caused('TypeError', Object.assign(new Error('no'), { code }))

  test.each([
    'HPE_INVALID_CONSTANT',
    'HPE_INVALID_HEADER_TOKEN',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
    'UND_ERR_SOCKET',
    'ECONNABORTED',
  ])('%s is that of the other side, or of the way', (code) => {
    expect(isTransient(coded(code))).toBe(true)
  })

  test.each([
    'ERR_INVALID_ARG_TYPE',
    'ERR_HTTP_INVALID_HEADER_VALUE',
    'UND_ERR_INVALID_ARG',
    'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
    'UND_ERR_NOT_SUPPORTED',
    'ERR_METHOD_NOT_SUPPORTED',
    'UND_ERR_ABORTED',
    'ABORT_ERR',
  ])('%s is our own', (code) => {
    expect(isTransient(coded(code))).toBe(false)
  })
})
