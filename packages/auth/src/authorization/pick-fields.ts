import { fieldReader } from '@base/core/expression'
import type { PermittedFields } from './authorization.js'

/** The permitted part of a thing: itself where it is all, otherwise a new object. What is absent stays absent. */
export function pickFields(resource: object, { all, fields }: PermittedFields): object {
  if (all) return resource
  const picked: Record<string, unknown> = {}
  for (const path of withoutCovered(fields)) {
    const value = fieldReader(path)(resource)
    if (value !== undefined) put(picked, path.split('.'), value)
  }
  return picked
}

/** Without paths below others, whose values are there with the whole. */
function withoutCovered(fields: readonly string[]): readonly string[] {
  return fields.filter((path) => !fields.some((other) => path.startsWith(`${other}.`)))
}

/** Only into objects that are its own: what every object inherits, such as `toString`, is one of a prototype. */
function put(target: Record<string, unknown>, names: readonly string[], value: unknown): void {
  let at = target
  for (const name of names.slice(0, -1))
    at = at[name] = (Object.hasOwn(at, name) ? at[name] : {}) as Record<string, unknown>
  at[names.at(-1) as string] = value
}
