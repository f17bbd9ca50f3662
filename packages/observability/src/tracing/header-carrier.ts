import type { TextMapGetter, TextMapSetter } from '@opentelemetry/api'

/** The part of `Headers` that is used. */
export interface HeadersLike {
  /** The value of a header; of several, joined by commas. */
  get(name: string): string | null | undefined
  /** Sets a header in place of all of its name. */
  set(name: string, value: string): unknown
  /** Removes a header. */
  delete(name: string): unknown
}

/**
 * What headers come in: `Headers`, an object as Node has them, an array of pairs, or Node's flat array of names and
 * values by turns. An empty array becomes one of pairs.
 */
export type HeaderCarrier =
  | HeadersLike
  | Record<string, string | readonly string[] | number | undefined>
  | [name: string, value: string][]
  | string[]

/** A pair, by where it stands; its name in lower case. */
interface Entry {
  readonly name: string
  readonly value: unknown
  readonly remove: () => void
}

/**
 * Reads and writes headers of any {@link HeaderCarrier}, for the propagators of OpenTelemetry. Names are compared without
 * regard to case, inherited properties are no headers, and what was set replaces every header of that name.
 *
 * @example
 * const headers = new Headers()
 * propagation.inject(context.active(), headers, headerCarrier)
 */
export const headerCarrier: TextMapGetter<HeaderCarrier> &
  TextMapSetter<HeaderCarrier> & {
    /** Removes every header of that name. */
    delete(carrier: HeaderCarrier, name: string): void
  } = {
  /** The names of all headers, in lower case. */
  keys(carrier) {
    if (isHeaders(carrier)) return [...((carrier as Partial<Headers>).keys?.() ?? [])]
    return [...new Set(entriesOf(carrier).map(({ name }) => name))]
  },

  /** The value of a header, or its values where there are several. */
  get(carrier, name) {
    if (isHeaders(carrier)) return carrier.get(name) ?? undefined
    const wanted = name.toLowerCase()
    const values = entriesOf(carrier)
      .filter((entry) => entry.name === wanted)
      .flatMap(({ value }) => value)
      .filter((value) => typeof value === 'string' || typeof value === 'number')
      .map(String)
    return values.length > 1 ? values : values[0]
  },

  /** Sets a header. */
  set(carrier, name, value) {
    if (isHeaders(carrier)) return void carrier.set(name, value)
    // Without the header it may be empty, and no longer tell.
    const wasFlat = isFlat(carrier)
    headerCarrier.delete(carrier, name)
    if (!Array.isArray(carrier)) Object.defineProperty(carrier, name, { value, ...PLAIN })
    else if (wasFlat) (carrier as string[]).push(name, value)
    else (carrier as [string, string][]).push([name, value])
  },

  delete(carrier, name) {
    if (isHeaders(carrier)) return void carrier.delete(name)
    const unwanted = name.toLowerCase()
    // From the end, so that what is removed moves nothing that is still to be looked at.
    for (const entry of entriesOf(carrier).reverse()) if (entry.name === unwanted) entry.remove()
  },
}

const PLAIN = { writable: true, enumerable: true, configurable: true }

function isHeaders(carrier: HeaderCarrier): carrier is HeadersLike {
  const { get, set, delete: remove } = carrier as Partial<HeadersLike>
  return !Array.isArray(carrier) && [get, set, remove].every((method) => typeof method === 'function')
}

function entriesOf(carrier: Exclude<HeaderCarrier, HeadersLike>): Entry[] {
  if (typeof carrier !== 'object' || carrier === null) return []
  if (!Array.isArray(carrier)) {
    return Object.keys(carrier).map((key) => ({
      name: key.toLowerCase(),
      value: carrier[key as keyof typeof carrier],
      remove: () => delete carrier[key as keyof typeof carrier],
    }))
  }
  return isFlat(carrier) ? flatEntries(carrier) : pairEntries(carrier)
}

function isFlat(carrier: HeaderCarrier): carrier is string[] {
  return Array.isArray(carrier) && typeof carrier[0] === 'string'
}

function pairEntries(pairs: unknown[]): Entry[] {
  return pairs.flatMap((pair, index) => {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string') return []
    return [{ name: pair[0].toLowerCase(), value: pair[1], remove: () => pairs.splice(index, 1) }]
  })
}

function flatEntries(flat: unknown[]): Entry[] {
  const entries: Entry[] = []
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = String(flat[index]).toLowerCase()
    entries.push({ name, value: flat[index + 1], remove: () => flat.splice(index, 2) })
  }
  return entries
}
