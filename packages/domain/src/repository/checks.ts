import {
  checkInteger,
  checkMethods,
  checkOptions,
  checkSignal,
  invalidOption,
  type OptionPlace,
} from '@base/core/options'
import { isAlwaysTrue } from '../specification/always-true.js'
import type { Specification } from '../specification/specification.js'
import type { CallOptions, DeleteWhereOptions, PageOptions } from './repository.js'

const DEFAULT_PAGE = 20
const MAX_PAGE = 10_000

const at = (option: string): OptionPlace => ({ package: '@base/domain', pattern: 'Repository', option })

/** The options of a call, if they are such. @throws InvalidOptionError naming the option. */
export function checkCall<O extends CallOptions>(options: O): O {
  checkSignal(checkOptions(options, at('options')).signal, at('signal'))
  return options
}

/** A specification, also of another copy of the package. @throws InvalidOptionError where it is none. */
export function checkSpecification<T>(specification: Specification<T>): Specification<T> {
  return checkMethods(specification, ['isSatisfiedBy'], at('specification'))
}

/** What `saveMany` is given, if it is a list. @throws InvalidOptionError where it is none. */
export function checkEntities(entities: readonly unknown[]): void {
  if (!Array.isArray(entities)) throw invalidOption(entities, at('entities'), 'an array of entities')
}

/** A limit or offset of `find`, checked. */
export function checkLimit(value: number, option: 'limit' | 'offset'): number {
  return checkInteger(value, { ...at(option), infinity: option === 'limit' })
}

/** The options of `findPage`, checked: for those who write a repository. @throws InvalidOptionError naming the option. */
export function readPageOptions(options: Pick<PageOptions<never>, 'limit' | 'after' | 'before'>): {
  readonly limit: number
  readonly cursor: string | undefined
  readonly backward: boolean
} {
  const { limit = DEFAULT_PAGE, after, before } = options
  if (isGiven(after) && isGiven(before)) throw invalidOption('both', at('after'), 'given without before')
  return {
    limit: checkInteger(limit, { ...at('limit'), min: 1, max: MAX_PAGE }),
    cursor: after ?? before ?? undefined,
    backward: isGiven(before),
  }
}

function isGiven(cursor: string | null | undefined): boolean {
  return cursor !== undefined && cursor !== null
}

/**
 * Refuses to delete everything by accident: for those who write a repository.
 *
 * @throws InvalidOptionError where the specification is none, or is always true, as an empty `allOf` is, and `all` is not set.
 */
export function checkDeletion(specification: Specification<never>, { all }: DeleteWhereOptions): void {
  checkSpecification(specification)
  if (all !== true && isAlwaysTrue(specification)) {
    throw invalidOption(
      all,
      at('all'),
      'true where the specification is always true, for that deletes everything',
    )
  }
}
