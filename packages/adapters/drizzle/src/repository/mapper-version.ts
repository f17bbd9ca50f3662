import { invalidOption } from '@base/core/options'
import type { Row, Settings } from './options.js'

const PLACE = { package: '@base/drizzle', pattern: 'drizzleRepository', option: 'mapper' }

/**
 * Refuses a mapper that loses the version of a row: what is read looks new when it is saved, and the conflict with itself
 * would say nothing of the mapper.
 *
 * @throws InvalidOptionError
 */
export function checkMapperVersion<T>(settings: Settings<T>, row: Row): void {
  const { version, isMapped, toDomain, toRow } = settings
  if (version === undefined || !isMapped || againAsRow(settings, row)[version.name] === row[version.name])
    return
  throw invalidOption({ toDomain, toRow }, PLACE, `one that carries ${version.name}`)
}

/** The row after the way there and back; a mapper that fails at that says so at every read. */
function againAsRow<T>({ toDomain, toRow }: Settings<T>, row: Row): Row {
  try {
    return toRow(toDomain({ ...row }))
  } catch {
    return row
  }
}
