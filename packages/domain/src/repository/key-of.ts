import { isObject } from '../value-object/object-kind.js'
import { contentOf } from './id-text.js'

/**
 * What a map finds an id by: itself, or of an object its own text and what it holds. An object is never found by a text.
 *
 * @throws InvalidOptionError where the id is an object that shows neither.
 */
export function keyOf(id: unknown): unknown {
  if (typeof id === 'string') return `text ${id}`
  return isObject(id) ? `object ${contentOf(id)}` : id
}
