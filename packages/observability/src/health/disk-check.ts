import { UnsupportedError } from '@base/core/errors'
import { checkNumber, checkOptions, checkText } from '@base/core/options'
import type { CheckOutcome } from './verdict.js'

const WHERE = { package: '@base/observability', pattern: 'diskCheck' } as const

/** Options of {@link diskCheck}. */
export interface DiskCheckOptions {
  /** Any path of the file system that is meant. @defaultValue '/' */
  readonly path?: string | undefined
  /** The share that has to be free, 0 to 1; half of it more is a warning. @defaultValue 0.1 */
  readonly minFree?: number | undefined
}

/**
 * A check that a disk has room.
 *
 * @example
 * const health = createHealth({ checks: { disk: { check: diskCheck({ path: '/data' }), ttl: '30s' } } })
 *
 * @throws InvalidOptionError naming the option.
 */
export function diskCheck(options: DiskCheckOptions = {}): () => Promise<CheckOutcome> {
  const { path = '/', minFree = 0.1 } = checkOptions(options, WHERE)
  checkText(path, { ...WHERE, option: 'path' })
  checkNumber(minFree, { ...WHERE, option: 'minFree', max: 1 })
  return async () => {
    const files = globalThis.process?.getBuiltinModule?.('node:fs/promises')
    if (files === undefined) throw new UnsupportedError({ message: 'There is no file system here.' })
    const { bavail, blocks } = await files.statfs(path)
    // A file system without blocks of its own, such as /proc, cannot be full.
    const free = blocks === 0 ? 1 : bavail / blocks
    return {
      status: free < minFree ? 'fail' : free < minFree * 1.5 ? 'warn' : 'pass',
      observedValue: Math.round(free * 1_000) / 10,
      observedUnit: 'percent free',
    }
  }
}
