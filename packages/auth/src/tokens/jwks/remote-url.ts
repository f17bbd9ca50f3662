import { invalidOption } from '@base/core/options'

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** An address that keys may be fetched from: https, or plain http to this very machine, and without credentials. */
export function checkKeysUrl(url: unknown): string {
  const place = { package: '@base/auth', pattern: 'remoteJwks', option: 'url' }
  const parsed = parse(url)
  // What came is not shown: it may hold credentials.
  if (parsed === undefined) throw invalidOption(typeof url, place, 'a URL')
  const { protocol, hostname, username, password } = parsed
  if (protocol !== 'https:' && !(protocol === 'http:' && LOOPBACK.test(hostname))) {
    throw invalidOption(protocol, place, 'an https URL, for whoever answers decides which tokens are good')
  }
  if (username !== '' || password !== '') throw invalidOption('some', place, 'without credentials')
  return parsed.href
}

function parse(url: unknown): URL | undefined {
  try {
    return new URL(String(url))
  } catch {
    return undefined
  }
}
