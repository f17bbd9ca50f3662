import { UnsupportedError } from '@base/core/errors'
import { checkInteger, checkOptions } from '@base/core/options'
import type { CheckOutcome } from './verdict.js'

/** Options of {@link memoryCheck}. */
export interface MemoryCheckOptions {
  /** Resident bytes of the process above which it fails; nine tenths of it are a warning. */
  readonly maxRss: number
}

/**
 * A check that the process stays below so much memory. In the group `'live'` it asks for a restart instead of being killed.
 *
 * @example
 * const check = memoryCheck({ maxRss: 512 * 1024 * 1024 })
 * const health = createHealth({ checks: { memory: { check, groups: ['live'] } } })
 *
 * @throws InvalidOptionError naming the option.
 */
export function memoryCheck(options: MemoryCheckOptions): () => CheckOutcome {
  const where = { package: '@base/observability', pattern: 'memoryCheck' }
  const { maxRss } = checkOptions(options, where)
  checkInteger(maxRss, { ...where, option: 'maxRss', min: 1 })
  return () => {
    const rss = globalThis.process?.memoryUsage?.rss?.()
    if (rss === undefined)
      throw new UnsupportedError({ message: 'The memory of the process is not known here.' })
    return {
      status: rss > maxRss ? 'fail' : rss > maxRss * 0.9 ? 'warn' : 'pass',
      observedValue: rss,
      observedUnit: 'bytes',
    }
  }
}
