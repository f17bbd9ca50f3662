import { invalidOption, type OptionPlace } from '@base/core/options'

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[::1\])$/
/** A browser also reads `https:host`, which is no address to others. */
const WEB = /^https?:\/\//i

/** Whether something is the address of this very machine over plain http, which tests and development use. */
export function isLoopback(address: string): boolean {
  const url = parseUrl(address)
  return url?.protocol === 'http:' && LOOPBACK.test(url.hostname)
}

/** Why secrets may not be sent to an address, to follow "is"; `undefined` where they may. Plain http is for this machine alone. */
export function addressProblem(address: unknown, allowLoopback: boolean): string | undefined {
  const url = parseUrl(address)
  if (url === undefined) return 'no URL'
  if (url.username !== '' || url.password !== '') return 'a URL with credentials'
  if (url.hash !== '') return 'a URL with a fragment'
  const isSafe = url.protocol === 'https:' || (allowLoopback && isLoopback(url.href))
  return isSafe && WEB.test(address as string) ? undefined : 'no https URL'
}

/** An address that secrets may be sent to, as it came, for some are compared character by character. @throws InvalidOptionError */
export function checkAddress(address: unknown, place: OptionPlace): string {
  const problem = addressProblem(address, true)
  if (problem === undefined) return address as string
  // What came is not shown: it may hold credentials.
  throw invalidOption(problem, place, 'an https URL; http is for this machine alone')
}

/** A URL, where something is the text of one. */
export function parseUrl(text: unknown, base?: string): URL | undefined {
  try {
    return typeof text === 'string' ? new URL(text, base) : undefined
  } catch {
    return undefined
  }
}
