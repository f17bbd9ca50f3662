import type { InvalidOptionError } from '@base/core/errors'
import { invalidOption } from '@base/core/options'
import { matchesShortened, scanPatterns, shorten } from './long-keys.js'

const COLON = 58

/**
 * The names that a namespace gives to its keys in the layers, such that no two of different namespaces are ever equal.
 *
 * `:tenants:7::user:1` is the key `user:1` of the namespace `7` within `tenants`: names of namespaces are escaped so that
 * they hold no colon, so the first `::` ends them. Keys outside any namespace stay as they are, unless they begin with a
 * colon: then `::` stands before them. A key above 1,024 bytes is known by that much of it and its SHA-256.
 */
export class Scope {
  /** Of its namespaces, each behind a colon; empty for the outermost. */
  readonly path: string
  /** What every key begins with. */
  readonly prefix: string
  /** Marks of the clearing of it, and of each namespace around it. */
  readonly epochs: readonly string[]

  constructor(path: string) {
    this.path = path
    this.prefix = path === '' ? '' : `${path}::`
    this.epochs = epochsOf(path)
  }

  within(name: string): Scope {
    return new Scope(`${this.path}:${escapeName(checkNamespace(name))}`)
  }

  keyOf(key: string): string {
    return this.#within(shorten(key))
  }

  tagOf(tag: string): string {
    return `t${this.keyOf(tag)}`
  }

  /** The user's key, shortened if it was long, if it is one of this namespace itself. */
  ownKey(key: string): string | undefined {
    if (this.prefix !== '') return key.startsWith(this.prefix) ? key.slice(this.prefix.length) : undefined
    if (key.charCodeAt(0) !== COLON) return key
    return key.startsWith('::') ? key.slice(2) : undefined
  }

  /** Whether it is a key of this namespace or of one within it. */
  holds(key: string): boolean {
    return this.path === '' || key.startsWith(`${this.path}:`)
  }

  /** Whether it is a key of this namespace itself that matches; of a long one only the beginning is compared. */
  matches(pattern: string, key: string): boolean {
    const own = this.ownKey(key)
    return own !== undefined && matchesShortened(pattern, own)
  }

  /** What to scan a layer for, to find at least what matches. */
  scanPatterns(pattern: string): string[] {
    return scanPatterns(pattern).map((part) => this.#within(part))
  }

  #within(name: string): string {
    if (this.prefix !== '') return this.prefix + name
    return name.charCodeAt(0) === COLON ? `::${name}` : name
  }
}

/** Whether it is a tag of the user, not the mark of a clearing. */
export function isUserTag(tag: string): boolean {
  return tag.startsWith('t')
}

function epochsOf(path: string): string[] {
  const epochs = ['c']
  for (let at = path.indexOf(':', 1); at !== -1; at = path.indexOf(':', at + 1))
    epochs.push(`c${path.slice(0, at)}`)
  if (path !== '') epochs.push(`c${path}`)
  return epochs
}

/** No colon, and no star, for it stands in patterns. */
function escapeName(name: string): string {
  return name.replace(/[%:*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function checkNamespace(name: unknown): string {
  if (typeof name === 'string' && name !== '' && !LONE_SURROGATE.test(name)) return name
  throw invalidKey(name, 'namespace', 'a well-formed text that is not empty')
}

const LONE_SURROGATE = /\p{Surrogate}/u

/** A key or tag, checked: any text, also an empty one, but none that UTF-8 cannot carry. */
export function checkKey(key: unknown, option = 'key'): string {
  if (typeof key === 'string' && !LONE_SURROGATE.test(key)) return key
  throw invalidKey(key, option, 'a text without lone surrogates')
}

/** The error of what is no key, or none that it can be. It is not shown: it may say whom it is about, and errors are logged. */
export function invalidKey(received: unknown, option: string, allowed: string): InvalidOptionError {
  return invalidOption(shownOf(received), { package: '@base/cache', pattern: 'Cache', option }, allowed)
}

function shownOf(received: unknown): unknown {
  if (typeof received === 'string') return `a text of ${received.length} characters`
  return typeof received === 'object' || received === undefined ? received : `a ${typeof received}`
}
