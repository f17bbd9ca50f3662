import type { Expression } from '@base/core/expression'
import { checkInteger, invalidOption, type OptionPlace } from '@base/core/options'
import { isAlwaysTrue } from '../specification/always-true.js'
import type { Specification } from '../specification/specification.js'
import type { DeleteWhereOptions, PageOptions } from './repository.js'

const DEFAULT_PAGE = 20
const MAX_PAGE = 10_000

const at = (option: string): OptionPlace => ({ package: '@base/domain', pattern: 'Repository', option })

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
 * @throws InvalidOptionError where the specification is always true, as an empty `allOf` is, and `all` is not set.
 */
export function checkDeletion(
  specification: Specification<never>,
  { all = false }: DeleteWhereOptions,
): void {
  if (!all && constantOf(specification.expression) === true) {
    throw invalidOption(
      all,
      at('all'),
      'true where the specification is always true, for that deletes everything',
    )
  }
}

/** What an expression always is, by its form alone: an empty `and` is true, and so on up; undefined where it depends on the row. */
function constantOf(expression: Expression): boolean | undefined {
  switch (expression.op) {
    case 'not': {
      const inner = constantOf(expression.of)
      return inner === undefined ? undefined : !inner
    }
    case 'and':
    case 'or':
      return junctionConstant(expression.of.map(constantOf), expression.op === 'and')
    case 'isIn':
      return expression.value.length === 0 ? false : undefined
    case 'isNotIn':
      return expression.value.length === 0 ? true : undefined
    default:
      return undefined
  }
}

function junctionConstant(parts: readonly (boolean | undefined)[], neutral: boolean): boolean | undefined {
  if (parts.includes(!neutral)) return !neutral
  return parts.every((part) => part === neutral) ? neutral : undefined
}
