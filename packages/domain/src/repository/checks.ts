import {
  checkBoolean,
  checkInteger,
  checkMethods,
  checkOptions,
  checkSignal,
  invalidOption,
} from '@base/core/options'
import { placeOf } from '../place.js'
import { isAlwaysTrue } from '../specification/always-true.js'
import type { Specification } from '../specification/specification.js'
import type { DeleteWhereOptions, PageOptions, ReadOptions } from './repository.js'

const DEFAULT_PAGE = 20
const MAX_PAGE = 10_000

/** Names what the methods of a repository take. */
export const at: ReturnType<typeof placeOf> = /* @__PURE__ */ placeOf('Repository')

/** The options of a call, if they are such. @throws InvalidOptionError naming the option. */
export function checkCall<O extends ReadOptions>(options: O): O {
  const { signal, includeDeleted = false } = checkOptions(options, at('options'))
  checkSignal(signal, at('signal'))
  // From a query, say: a text is no yes.
  checkBoolean(includeDeleted, at('includeDeleted'))
  return options
}

/** A specification, also of another copy of the package. @throws InvalidOptionError where it is none. */
export function checkSpecification<T>(specification: Specification<T>): Specification<T> {
  return checkMethods(specification, ['isSatisfiedBy'], at('specification'))
}

/** The options of `findPage`, checked: for those who write a repository. @throws InvalidOptionError naming the option. */
export function readPageOptions(options: Pick<PageOptions<never>, 'limit' | 'after' | 'before'>): {
  readonly limit: number
  readonly cursor: string | undefined
  readonly backward: boolean
} {
  const { limit = DEFAULT_PAGE } = options
  const after = options.after ?? undefined
  const before = options.before ?? undefined
  if (after !== undefined && before !== undefined)
    throw invalidOption('both', at('after'), 'given without before')
  return {
    limit: checkInteger(limit, { ...at('limit'), min: 1, max: MAX_PAGE }),
    cursor: after ?? before,
    backward: before !== undefined,
  }
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
