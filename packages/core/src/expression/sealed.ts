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
  // What is taken in lies one level below its own junction, as it will below this one.
  return seal(
    { op, of: Object.freeze(of) },
    deepest(parts, (part) => (part.op === op ? 0 : 1)),
  )
}

/** The opposite; the opposite of an opposite is the part itself. */
export function negation(of: Expression): Expression {
  return of.op === 'not'
    ? of.of
    : seal(
        { op: 'not', of },
        deepest([of], () => 1),
      )
}

/** The depth of what holds these parts, each of which adds so many levels. */
function deepest(parts: readonly Expression[], levelsOf: (part: Expression) => number): number {
  const depth = parts.reduce(
    (most, part) => Math.max(most, (depths.get(part) ?? Number.POSITIVE_INFINITY) + levelsOf(part)),
    1,
  )
  if (depth <= MAX_DEPTH) return depth
  throw new ValidationError({
    issues: [{ path: '', message: `a specification is at most ${MAX_DEPTH} levels deep`, code: 'too_deep' }],
  })
}
