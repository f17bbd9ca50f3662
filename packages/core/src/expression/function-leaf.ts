import { UnsupportedError } from '../errors/errors.js'
import type { Expression, FunctionLeaf } from './expression.js'
import { seal } from './sealed.js'

/** A condition that is a function of the whole row. */
export type Predicate<T> = (row: T) => boolean

/** Registered, so that two copies of this package in one process read each other's functions. */
const PREDICATE = Symbol.for('@base/domain/predicate')

/** The condition, sealed. The function rides along where neither JSON nor a loop over the keys meets it. */
export function functionLeaf<T>(predicate: Predicate<T>, name: string): FunctionLeaf {
  return seal(Object.defineProperty({ op: 'satisfies' as const, name }, PREDICATE, { value: predicate }))
}

/** The function of a condition; `undefined` where the condition has been through JSON. */
export function predicateOf(leaf: object): Predicate<unknown> | undefined {
  const predicate = (leaf as Partial<Record<symbol, unknown>>)[PREDICATE]
  return typeof predicate === 'function' ? (predicate as Predicate<unknown>) : undefined
}

/** The first function in an expression. */
export function findFunction(expression: Expression): FunctionLeaf | undefined {
  switch (expression.op) {
    case 'and':
    case 'or':
      for (const part of expression.of) {
        const found = findFunction(part)
        if (found !== undefined) return found
      }
      return undefined
    case 'not':
      return findFunction(expression.of)
    default:
      return expression.op === 'satisfies' ? expression : undefined
  }
}

/** What refuses to send a function away. */
export function functionUnsupported({ name }: { readonly name: unknown }): UnsupportedError {
  return new UnsupportedError({
    message: `'${String(name)}' is a function: it runs in memory only, and is neither sent nor turned into a query.`,
    details: { name: String(name) },
  })
}
