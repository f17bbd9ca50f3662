import { invalidOption } from '@base/core/options'
import type { Settings } from './options.js'

const PLACE = { package: '@base/drizzle', pattern: 'drizzleRepository', option: 'mapper' }

/** Of mappers that have read a row: whether they lose its version. A unit of work makes all of its repositories anew. */
const known = new WeakMap<object, boolean>()

/**
 * Looks, the first time that a mapper reads, whether it loses the version. Not at the save that finds its row: that one may be
 * somebody else's, and a mapper that keeps versions beside the entities would take it for read.
 */
export function noteMapperVersion<T>(
  { mapper, version, toRow }: Settings<T>,
  given: unknown,
  entity: T,
): void {
  // What has no version looks new by any mapper.
  if (mapper === undefined || version === undefined || known.has(mapper) || !given) return
  known.set(mapper, false)
  try {
    known.set(mapper, !toRow(entity)[version.name])
  } catch {
    // Whatever it fails at, a save says so.
  }
}

/**
 * Refuses a mapper that loses the version of a row: what is read looks new when it is saved, and the conflict with itself
 * would say nothing of the mapper.
 *
 * @throws InvalidOptionError
 */
export function checkMapperVersion<T>({ mapper, version, toDomain, toRow }: Settings<T>): void {
  if (version === undefined || mapper === undefined || known.get(mapper) !== true) return
  throw invalidOption({ toDomain, toRow }, PLACE, `one that carries ${version.name}`)
}
