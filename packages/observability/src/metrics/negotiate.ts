import type { Format } from './exposition.js'

/** What a scrape gets. */
export interface Negotiated {
  readonly format: Format
  readonly contentType: string
}

/** A range of the header, and how much it is wanted. */
interface Range {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  readonly q: number
  readonly position: number
}

interface Offer {
  readonly format: Format
  readonly type: string
  readonly version: string
}

/** A range that an offer is in, and how exactly it names it. */
interface Match extends Range {
  readonly offer: Offer
  readonly precision: number
}

/** The first is for those who do not mind. */
const OFFERS: readonly Offer[] = [
  { format: 'text', type: 'text/plain', version: '0.0.4' },
  { format: 'openmetrics', type: 'application/openmetrics-text', version: '1.0.0' },
  // What Prometheus 3 asks for: the same text, for names that are legal everywhere need no escaping.
  { format: 'text', type: 'text/plain', version: '1.0.0' },
]

const ESCAPING: ReadonlySet<string> = new Set(['allow-utf-8', 'underscores', 'dots', 'values'])

/**
 * The format that is wanted most of those there are, by `Accept`; the text of 0.0.4 where none is, for a scrape with a format
 * that it did not ask for is better than none.
 *
 * @see Prometheus documentation, "Content negotiation"; RFC 9110, section 12.5.1
 */
export function negotiate(accept: string | null): Negotiated {
  const ranges = (accept ?? '').toLowerCase().split(',').map(rangeOf)
  const matches = OFFERS.flatMap((offer) => matchOf(offer, ranges)).filter(({ q }) => q > 0)
  const best = matches.sort(byWish)[0]
  const offer = best?.offer ?? (OFFERS[0] as Offer)
  return { format: offer.format, contentType: contentTypeOf(offer, best?.parameters.get('escaping')) }
}

function rangeOf(text: string, position: number): Range {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim())
  const parameters = new Map(rest.map(parameterOf))
  const q = Number(parameters.get('q') ?? 1)
  return { type, parameters, q: q >= 0 && q <= 1 ? q : 0, position }
}

function parameterOf(text: string): readonly [name: string, value: string] {
  const [name = '', value = ''] = text.split('=', 2)
  return [name.trim(), value.trim().replace(/^"(.*)"$/, '$1')]
}

/** The range that names the offer most exactly decides how much it is wanted; none, if it is in none. */
function matchOf(offer: Offer, ranges: readonly Range[]): Match[] {
  const matches = ranges.map((range) => ({ ...range, offer, precision: precisionOf(offer, range) }))
  const found = matches.filter(({ precision }) => precision > 0)
  return found.sort((a, b) => b.precision - a.precision).slice(0, 1)
}

/** 0 where the offer is not in the range. */
function precisionOf({ type, version }: Offer, range: Range): number {
  if (range.type === '*/*') return 1
  if (range.type === `${type.split('/')[0]}/*`) return 2
  if (range.type !== type) return 0
  const wanted = range.parameters.get('version')
  // Who names no version means the one that was there first.
  if (wanted === undefined) return version === '1.0.0' && type === 'text/plain' ? 0 : 3
  return wanted === version ? 4 : 0
}

/** Of two that are wanted as much, the one that is named more exactly, then the one that is named first. */
function byWish(a: Match, b: Match): number {
  return b.q - a.q || Number(b.precision >= 3) - Number(a.precision >= 3) || a.position - b.position
}

function contentTypeOf({ type, version }: Offer, escaping: string | undefined): string {
  const told = version !== '0.0.4' && escaping !== undefined && ESCAPING.has(escaping)
  return `${type}; version=${version}; charset=utf-8${told ? `; escaping=${escaping}` : ''}`
}
