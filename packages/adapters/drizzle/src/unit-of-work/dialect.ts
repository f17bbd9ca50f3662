import { checkOneOf, checkOptions } from '@base/core/options'
import { PgDialect } from 'drizzle-orm/pg-core'

/** How drizzle writes statements in units of work: as the database of drizzle beside them was told to. */
export interface UnitDatabaseOptions {
  /** What columns that are given no name of their own are called. @defaultValue as their property */
  readonly casing?: 'snake_case' | 'camelCase'
}

const dialects = new Map<UnitDatabaseOptions['casing'], PgDialect>()

/** The dialect of these options, the same each time: the texts of statements are kept by it. */
export function dialectOf(options: UnitDatabaseOptions, pattern: string): PgDialect {
  const place = { package: '@base/drizzle', pattern }
  const { casing } = checkOptions(options, place)
  if (casing !== undefined) checkOneOf(casing, ['snake_case', 'camelCase'], { ...place, option: 'casing' })
  const known = dialects.get(casing)
  if (known !== undefined) return known
  const dialect = new PgDialect(casing && { casing })
  dialects.set(casing, dialect)
  return dialect
}
