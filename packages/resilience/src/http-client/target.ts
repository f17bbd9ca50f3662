import { invalidOption } from '@base/core/options'
import { placesOf } from '../policy/place.js'

const place = placesOf('resilientFetch')

/** The base, with a slash at its end, so that paths are appended to its own. */
export function checkBaseUrl(baseUrl: string | URL): URL {
  let base: URL | undefined
  try {
    base = new URL(baseUrl)
  } catch {
    // Said below.
  }
  if (base === undefined || !isHttp(base) || hasCredentials(base) || /[?#]/.test(base.href))
    throw invalidOption(
      typeof baseUrl,
      place('baseUrl'),
      'an http or https URL without credentials or a query',
    )
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  return base
}

/**
 * What is called. With a base nothing but what is below it: an input that somebody else has a say in must not send the
 * call, and its credentials, to another host.
 */
export function resolveTarget(input: unknown, base: URL | undefined): URL {
  const text = textOf(input)
  const target = text === undefined ? undefined : base === undefined ? parse(text) : parse(below(text), base)
  if (target === undefined || !isHttp(target))
    throw invalidOption(
      text === undefined ? input : withoutSecrets(text),
      place('input'),
      base === undefined ? 'an absolute http or https URL, or relative to a baseUrl' : 'an http or https URL',
    )
  if (base !== undefined && (target.origin !== base.origin || !target.pathname.startsWith(base.pathname)))
    throw invalidOption(
      target.origin + target.pathname,
      place('input'),
      `below ${base.origin}${base.pathname}`,
    )
  if (hasCredentials(target)) throw invalidOption(typeof input, place('input'), 'a URL without credentials')
  return target
}

function textOf(input: unknown): string | undefined {
  if (typeof input === 'string') return input
  const { url, href } = (input ?? {}) as { url?: unknown; href?: unknown }
  const text = url ?? href
  return typeof text === 'string' ? text : undefined
}

/** A path is appended, also one that begins with a slash; a whole URL stays. */
function below(text: string): string {
  return URL.canParse(text) ? text : text.replace(/^[\s/\\]+/, './')
}

function parse(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}

/** An input as it may be shown: without user and password, query and fragment. */
function withoutSecrets(text: string): string {
  // A password may hold what ends the host, which is why the text is no URL.
  return text.replace(/^([^/]*\/\/)?.*@/s, '$1').replace(/[?#].*/s, '')
}

/** `fetch` refuses them: they belong into a header. */
function hasCredentials({ username, password }: URL): boolean {
  return username !== '' || password !== ''
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:'
}
