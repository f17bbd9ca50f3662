import { arrayLiteral } from './array-literal.js'
import { type Domain, emptyDomain, type Value } from './domain.js'
import { bind, chunksOf, isNull, NEVER, opaque, raw, type Subject, type Term } from './term.js'

const CONTAINS = raw(' @> ')
const EXISTS = raw('exists (select from unnest(')
const AS_ELEMENT = raw(') as element(value) where ')
const CLOSE = raw(')')

/** What an element is called where it is looked at alone. */
export const ELEMENT: Subject = [raw('element.value')]

/** An array: only whether it is there, and whether it holds an element. `of` are its elements, as {@link ELEMENT}. */
export function arrayDomain(subject: Subject, of: Domain): Domain {
  return {
    ...emptyDomain(subject),
    element: (value) => (value === null ? anElement(subject, isNull(of.subject)) : holds(subject, of, value)),
  }
}

/** `@>` is what a GIN index serves; elements that are equal to more than one value are looked at one by one. */
function holds(subject: Subject, of: Domain, value: Value): Term {
  const exact = of.exact(value)
  if (exact !== undefined) return opaque(...subject, CONTAINS, bind(arrayLiteral([exact])))
  const term = of.equals(value)
  return term === NEVER ? NEVER : anElement(subject, term)
}

function anElement(subject: Subject, term: Term): Term {
  return opaque(EXISTS, ...subject, AS_ELEMENT, ...chunksOf(term), CLOSE)
}
