import type { Format } from './exposition.js'

/** What a scrape gets. */
export interface Negotiated {
  readonly format: Format
  readonly contentType: string
}

const TEXT: Negotiated = { format: 'text', contentType: 'text/plain; version=0.0.4; charset=utf-8' }
const OPENMETRICS: Negotiated = {
  format: 'openmetrics',
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/**
 * The format that is wanted most of those there are, by `Accept`; the text of 0.0.4 where none is.
 *
 * @see Prometheus documentation, "Content negotiation"; RFC 9110, section 12.5.1
 */
export function negotiate(accept: string | null): Negotiated {
  let best: Negotiated = TEXT
  let highest = 0
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    const given = new Map(parameters.map((parameter) => parameter.split('=', 2) as [string, string]))
    const q = Number(given.get('q') ?? 1)
    const found = formatOf(type, given)
    if (found !== undefined && q > highest) {
      best = found
      highest = q
    }
  }
  return best
}

function formatOf(type: string, given: ReadonlyMap<string, string>): Negotiated | undefined {
  const version = given.get('version')
  const escaping = given.get('escaping')
  // Names are legal in every version, so nothing is escaped; the scheme is told all the same.
  const told = escaping !== undefined && SCHEMES.has(escaping) ? `; escaping=${escaping}` : ''
  if (type === 'application/openmetrics-text' && (version === undefined || version === '1.0.0'))
    return { ...OPENMETRICS, contentType: OPENMETRICS.contentType + told }
  if (type === 'text/plain' && version === '1.0.0')
    return { format: 'text', contentType: `text/plain; version=1.0.0; charset=utf-8${told}` }
  if (type === 'text/plain' && (version === undefined || version === '0.0.4')) return TEXT
  return type === '*/*' || type === 'text/*' ? TEXT : undefined
}

const SCHEMES: ReadonlySet<string> = new Set(['allow-utf-8', 'underscores', 'dots', 'values'])
