import {
  type Baggage,
  type BaggageEntry,
  baggageEntryMetadataFromString,
  propagation,
  type TextMapPropagator,
} from '@opentelemetry/api'
import {
  type BaggageMember,
  parseBaggage,
  parseProperties,
  serializeBaggage,
  serializeProperties,
} from './baggage.js'
import { guarded } from './guarded.js'
import { isSuppressed, joinedHeader } from './propagation.js'

/**
 * The propagator of W3C Baggage, for `propagation.setGlobalPropagator`: reads and writes as {@link parseBaggage} and
 * {@link serializeBaggage} do. The properties of a member are the `metadata` of its entry. Nothing in a header makes it
 * throw.
 *
 * Baggage goes to everyone that is called: leave it out, or clear it, where a request leaves your house.
 *
 * @example
 * propagation.setGlobalPropagator(baggagePropagator())
 *
 * @see https://www.w3.org/TR/baggage/
 */
export function baggagePropagator(): TextMapPropagator {
  return {
    inject(context, carrier, setter) {
      const baggage = propagation.getBaggage(context)
      if (baggage === undefined || isSuppressed(context)) return
      const header = guarded('writing baggage', () => serializeBaggage(membersOf(baggage))) ?? ''
      if (header !== '') setter.set(carrier, 'baggage', header)
    },
    extract(context, carrier, getter) {
      const header = guarded('reading baggage', () => joinedHeader(getter.get(carrier, 'baggage')))
      const members = header === undefined ? [] : parseBaggage(header)
      return members.length === 0 ? context : propagation.setBaggage(context, toBaggage(members))
    },
    fields: () => ['baggage'],
  }
}

function toBaggage(members: readonly BaggageMember[]): Baggage {
  const entries = members.map(({ key, value, properties }): [string, BaggageEntry] => {
    if (properties === undefined) return [key, { value }]
    const metadata = baggageEntryMetadataFromString(serializeProperties(properties).join(';'))
    return [key, { value, metadata }]
  })
  return propagation.createBaggage(Object.fromEntries(entries))
}

function membersOf(baggage: Baggage): BaggageMember[] {
  return baggage.getAllEntries().map(([key, { value, metadata }]) => {
    const text = metadata?.toString() ?? ''
    const properties = text === '' ? undefined : parseProperties(text.split(';'))
    return { key, value, ...(properties !== undefined && { properties }) }
  })
}
