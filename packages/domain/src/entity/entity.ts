import { invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'
import { sameStructure } from '../value-object/same-structure.js'

/**
 * A thing with an identity: it stays the same one while all else about it changes.
 *
 * @example
 * class Customer extends Entity<string> {
 *   name: string
 *   constructor(id: string, name: string) {
 *     super(id)
 *     this.name = name
 *   }
 * }
 * new Customer('7', 'Ada').equals(new Customer('7', 'Ada Lovelace')) // true
 *
 * @see Eric Evans, Domain-Driven Design, "Entities"
 */
export abstract class Entity<Id> {
  /** What identifies it among its class; never changes. */
  readonly id: Id

  /** @throws InvalidOptionError where the id is `undefined`, `null` or an empty text. */
  constructor(id: Id) {
    if (id === undefined || id === null || id === '') {
      throw invalidOption(id, placeOf(new.target.name)('id'), 'an identity')
    }
    this.id = id
  }

  /** Whether the other is of the same class and has the same id; ids that are objects are compared by what they hold. */
  equals(other: unknown): boolean {
    if (this === other) return true
    return (
      other instanceof Entity &&
      Object.getPrototypeOf(this) === Object.getPrototypeOf(other) &&
      sameStructure(this.id, other.id)
    )
  }
}
