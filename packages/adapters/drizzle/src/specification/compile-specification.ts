import { UnsupportedError } from '@base/core/errors'
import type { Expression } from '@base/core/expression'
import { invalidOption } from '@base/core/options'
import { type Specification, specificationOf } from '@base/domain/specification'
import { SQL } from 'drizzle-orm'
import { termOf } from './domain.js'
import { domainOf } from './domain-of-column.js'
import { columnOf, type FieldSource } from './fields.js'
import { chunksOf, joined, opposite, type Term } from './term.js'

/**
 * A specification as the condition of a query: it selects the rows that `isSatisfiedBy` accepts, nulls included, for any
 * table, alias, view, subquery or join. Values are bound, never written; a list is one parameter however long it is.
 *
 * What is between the rule and the database is settled here: `%`, `_` and `\` are letters, text is ordered by code point
 * (`collate "C"`), NaN is the last number, a decimal is exact, a date meets every time within its millisecond, and a value
 * that the column's type cannot hold is no error. Negations are pushed down to the columns, and nothing is wrapped, so an
 * index serves `greaterThan` as well as its opposite.
 *
 * It keeps its own parentheses. Two kinds compare by meaning where memory compares letters: a `numeric` that is read as
 * text, by its number, and a `date` that is read as text, by its day.
 *
 * @example
 * import { where } from '@base/domain/specification'
 *
 * const adults = where<User>().greaterThanOrEqual('age', 18).and(where<User>().equals('address.city', 'Lisbon'))
 * await db.select().from(users).where(compileSpecification(adults, users))
 *
 * @throws UnsupportedError for `satisfies`, naming it, and for a column of a type that only the database understands.
 * @throws ValidationError naming a field that is no column.
 */
export function compileSpecification<T>(specification: Specification<T>, source: FieldSource): SQL<boolean> {
  checkSource(source)
  return new SQL<boolean>(chunksOf(termOfExpression(checked(specification), source)))
}

function checkSource(source: unknown): void {
  if (typeof source === 'object' && source !== null) return
  const place = { package: '@base/drizzle', pattern: 'compileSpecification', option: 'source' }
  throw invalidOption(source, place, 'a table, or columns by name')
}

function checked(specification: Pick<Specification<never>, 'expression'>): Expression {
  const expression: unknown = specification?.expression
  if (typeof expression !== 'object' || expression === null) {
    const place = { package: '@base/drizzle', pattern: 'compileSpecification', option: 'specification' }
    throw invalidOption(specification, place, 'a specification')
  }
  return specificationOf(expression as Expression).expression
}

/** Opposites are brought down to the conditions by the terms, by de Morgan's laws. */
function termOfExpression(expression: Expression, source: FieldSource): Term {
  switch (expression.op) {
    case 'not':
      return opposite(termOfExpression(expression.of, source))
    case 'and':
    case 'or':
      return joined(
        expression.op,
        expression.of.map((part) => termOfExpression(part, source)),
      )
    case 'satisfies':
      throw new UnsupportedError({
        message: `'${expression.name}' is a function: it runs in memory only, and cannot be turned into SQL.`,
        details: { name: expression.name },
      })
    default: {
      const { column, path } = columnOf(source, expression.field)
      return termOf(domainOf(column, path, expression.field), expression)
    }
  }
}
