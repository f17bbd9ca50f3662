import { ValidationError } from '@base/core/errors'
import type { FieldOperator } from '@base/core/expression'
import { parseJson, unchecked } from '@base/core/schema'
import {
  always,
  type JsonFieldType,
  type Path,
  type Specification,
  specificationFromJson,
} from '@base/domain/specification'
import { QUERY } from './problem.ts'

/** How callers may compare: by what an index can serve. */
const operators: readonly FieldOperator[] = [
  'equals',
  'notEquals',
  'isIn',
  'isNotIn',
  'greaterThan',
  'greaterThanOrEqual',
  'lessThan',
  'lessThanOrEqual',
]

/** The fields that callers may filter by, and what they hold. */
export type Filterable<T> = { readonly [P in Path<T>]?: JsonFieldType }

/**
 * The specification in the query parameter `filter`, JSON such as `{"op":"greaterThan","field":"total","value":5000}`;
 * without one everything passes.
 *
 * @throws ValidationError that names each wrong field.
 */
export async function readFilter<T>(
  filter: string | undefined,
  types: Filterable<T>,
): Promise<Specification<T>> {
  if (filter === undefined) return always()
  const parsed = await parseJson(unchecked<unknown>(), filter)
  if (!parsed.ok) throw wrongFilter([parsed.error.message])
  const fields = Object.entries(types).map(([field, type]) => [field, { type, operators }])
  try {
    return specificationFromJson<T>(parsed.value, { fields: Object.fromEntries(fields) })
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    throw wrongFilter(
      error.issues.map(({ path, message }) => [...placeIn(parsed.value, path), message].join(' ')),
    )
  }
}

function wrongFilter(problems: readonly string[]): ValidationError {
  return new ValidationError({ issues: problems.map((message) => ({ path: `${QUERY}filter`, message })) })
}

/** A place in the filter, and the field that its condition is about: `of.0.value`, `(total)`; the whole of it has no place. */
function placeIn(filter: unknown, path: string): string[] {
  const parents = path.split('.').slice(0, -1)
  let condition = filter as Readonly<Record<string, unknown>> | undefined
  for (const key of parents) condition = condition?.[key] as typeof condition
  const field = condition?.['field']
  return [path, typeof field === 'string' ? `(${field.slice(0, 50)})` : ''].filter((part) => part !== '')
}
