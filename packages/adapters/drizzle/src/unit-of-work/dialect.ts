import { checkOneOf, checkOptions } from '@base/core/options'
import { PgDialect } from 'drizzle-orm/pg-core'

/** How drizzle writes statements in units of work: as the database of drizzle beside them was told to. */
export interface UnitDatabaseOptions {
  /** What columns that are given no name of their own are called. @defaultValue as their property */
  readonly casing?: 'snake_case' | 'camelCase' | undefined
}

const dialects = new WeakMap<object, Map<UnitDatabaseOptions['casing'], PgDialect>>()

/**
 * The dialect of a pool or client with these options, the same each time: the texts of statements are kept by it. Not that of
 * another one, for with a casing drizzle remembers the columns of a table by its name, which another database may have as well.
 */
export function dialectOf(resource: object, options: UnitDatabaseOptions, pattern: string): PgDialect {
  const place = { package: '@base/drizzle', pattern }
  const { casing } = checkOptions(options, place)
  if (casing !== undefined) checkOneOf(casing, ['snake_case', 'camelCase'], { ...place, option: 'casing' })
  const known = dialects.get(resource) ?? new Map<UnitDatabaseOptions['casing'], PgDialect>()
  dialects.set(resource, known)
  const dialect = known.get(casing) ?? new PgDialect(casing && { casing })
  known.set(casing, dialect)
  return dialect
}
