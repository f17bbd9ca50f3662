import { ValidationError } from '../errors/validation-error.js'
import type { Expression, Junction } from './expression.js'

/** Deeper trees are refused, for what walks them would run out of stack. */
export const MAX_DEPTH = 1_000

/** The expressions that were made here, checked and frozen, with their depth. */
const depths: WeakMap<object, number> = new WeakMap()

/** Freezes an expression whose parts are sealed, and remembers that it is good. */
export function seal<E extends Expression>(expression: E, depth = 1): E {
  depths.set(Object.freeze(expression), depth)
  return expression
}

/** Whether an expression was made here, and so needs no check. */
export function isSealed(expression: unknown): expression is Expression {
  return typeof expression === 'object' && expression !== null && depths.has(expression)
}

/** All of the parts, or one of them at least. Parts of the same kind are taken in, so that a chain stays flat. */
export function junction(op: Junction['op'], parts: readonly Expression[]): Expression {
  const of: Expression[] = []
  // Pushed one by one: `flatMap` takes several times as long over a chain of thousands.
  for (const part of parts) {
    if (part.op !== op) of.push(part)
    else for (const inner of part.of) of.push(inner)
  }
  return seal({ op, of: Object.freeze(of) }, depthOver(op, parts))
}

/** The opposite; the opposite of an opposite is the part itself. */
export function negation(of: Expression): Expression {
  return of.op === 'not' ? of.of : seal({ op: 'not', of }, depthOver('not', [of]))
}

/** The depth of what holds these parts. What one of the same kind holds lies as deep below this one as below that. */
function depthOver(op: Expression['op'], parts: readonly Expression[]): number {
  let depth = 1
  for (const part of parts) {
    const own = depths.get(part) ?? Number.POSITIVE_INFINITY
    depth = Math.max(depth, part.op === op ? own : own + 1)
  }
  if (depth <= MAX_DEPTH) return depth
  throw new ValidationError({
    issues: [{ path: '', message: `a specification is at most ${MAX_DEPTH} levels deep`, code: 'too_deep' }],
  })
}
