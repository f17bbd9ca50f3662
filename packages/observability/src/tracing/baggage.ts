import { decodeBaggageText, encodeBaggageText } from './baggage-text.js'
import { trimSpace } from './header-space.js'

const MAX_MEMBERS = 64
const MAX_BYTES = 8_192

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const OCTETS = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/

/** What is said of a member of baggage. */
export interface BaggageProperty {
  /** A token, as it stands: never decoded. */
  readonly key: string
  /** Any text; none where there is only a key. */
  readonly value?: string
}

/** A member of baggage. */
export interface BaggageMember {
  /** A token, as it stands: never decoded. */
  readonly key: string
  /** Any text, also none at all. */
  readonly value: string
  /** What is said of it. @defaultValue nothing */
  readonly properties?: readonly BaggageProperty[]
}

/**
 * The members of a `baggage` header. One that is not valid is left out, whole; so is what comes after 64 members, and what
 * would be more than 8,192 bytes. Of members with the same key the last counts. Values are decoded, invalid UTF-8 to
 * U+FFFD; keys are not. Never throws.
 *
 * Whoever sends a request writes its baggage: trust it as little, and copy none of it to logs unasked.
 *
 * @example
 * parseBaggage('user=Am%C3%A9lie;tier=gold, empty=')
 * // [{ key: 'user', value: 'Amélie', properties: [{ key: 'tier', value: 'gold' }] }, { key: 'empty', value: '' }]
 *
 * @see https://www.w3.org/TR/baggage/
 */
export function parseBaggage(header: string): BaggageMember[] {
  const members = new Map<string, BaggageMember>()
  let bytes = 0
  // Where the header is missing, what types call a text is none.
  for (const text of typeof header === 'string' ? header.split(',') : []) {
    // Before it is read: a header of a message may have megabytes.
    if (bytes + text.length > MAX_BYTES) continue
    const member = parseMember(trimSpace(text))
    if (member === undefined || (members.size >= MAX_MEMBERS && !members.has(member.key))) continue
    bytes += text.length + 1
    members.set(member.key, member)
  }
  return [...members.values()]
}

/**
 * The `baggage` header of these members, in their order. A member whose key is no token is left out; so are those after 64,
 * and one that would make it more than 8,192 bytes. Empty where there is none.
 *
 * @example
 * serializeBaggage([{ key: 'user', value: 'Amélie', properties: [{ key: 'tier', value: 'gold' }] }])
 * // 'user=Am%C3%A9lie;tier=gold'
 *
 * @see https://www.w3.org/TR/baggage/
 */
export function serializeBaggage(members: Iterable<BaggageMember>): string {
  const texts: string[] = []
  let bytes = -1
  for (const { key, value, properties = [] } of members) {
    if (!TOKEN.test(key)) continue
    const text = [`${key}=${encodeBaggageText(value)}`, ...serializeProperties(properties)].join(';')
    if (bytes + 1 + text.length > MAX_BYTES || texts.length >= MAX_MEMBERS) continue
    bytes += 1 + text.length
    texts.push(text)
  }
  return texts.join(',')
}

/** The properties, each as text; one whose key is no token is left out. */
export function serializeProperties(properties: readonly BaggageProperty[]): string[] {
  return properties
    .filter(({ key }) => TOKEN.test(key))
    .map(({ key, value }) => (value === undefined ? key : `${key}=${encodeBaggageText(value)}`))
}

/** The properties of a text such as `a;b=c`; none where one is not valid. */
export function parseProperties(texts: readonly string[]): BaggageProperty[] | undefined {
  const properties = texts.map(parsePair)
  return properties.every((property) => property !== undefined) ? properties : undefined
}

function parseMember(text: string): BaggageMember | undefined {
  const [first = '', ...rest] = text.split(';')
  const pair = parsePair(first)
  const properties = parseProperties(rest)
  if (pair?.value === undefined || properties === undefined) return undefined
  const { key, value } = pair
  return properties.length === 0 ? { key, value } : { key, value, properties }
}

function parsePair(text: string): BaggageProperty | undefined {
  const equals = text.indexOf('=')
  const key = trimSpace(equals === -1 ? text : text.slice(0, equals))
  if (!TOKEN.test(key)) return undefined
  if (equals === -1) return { key }
  const value = trimSpace(text.slice(equals + 1))
  return OCTETS.test(value) ? { key, value: decodeBaggageText(value) } : undefined
}
