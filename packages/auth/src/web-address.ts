const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Whether something is the address of this very machine over plain http, which tests and development use. */
export function isLoopback(address: string): boolean {
  const url = parseUrl(address)
  return url?.protocol === 'http:' && LOOPBACK.test(url.hostname)
}

/** Why secrets may not be sent to an address, to follow "is"; `undefined` where they may. Plain http is for this machine alone. */
export function addressProblem(address: unknown, allowLoopback: boolean): string | undefined {
  const url = typeof address === 'string' ? parseUrl(address) : undefined
  if (url === undefined) return 'no URL'
  if (url.username !== '' || url.password !== '') return 'a URL with credentials'
  if (url.hash !== '') return 'a URL with a fragment'
  if (url.protocol === 'https:' || (allowLoopback && isLoopback(url.href))) return undefined
  return 'no https URL'
}

/** A URL, where a text is one. */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}
