import type { PermittedFields } from './authorization.js'
import type { Call } from './call.js'

const ALL: PermittedFields = Object.freeze({ all: true, fields: Object.freeze([]) })

/** No field at all. */
export const NO_FIELDS: PermittedFields = Object.freeze({ all: false, fields: Object.freeze([]) })

/** The fields that a principal may use in an action that it may do. */
export function permittedFields({ rules, lineages }: Call): PermittedFields {
  if (rules.fields === undefined) return ALL
  const fields = new Set<string>()
  let isLimited = false
  for (const lineage of lineages) {
    for (const role of lineage) {
      const paths = rules.fields.get(role)
      if (paths === undefined && rules.chapters.some(({ grants }) => grants.has(role))) return ALL
      if (paths !== undefined) isLimited = true
      for (const path of paths ?? []) fields.add(path)
    }
  }
  return isLimited ? { all: false, fields: [...fields].sort() } : ALL
}

/** Whether a field is one of them, or below one. */
export function isPermitted(field: string, { all, fields }: PermittedFields): boolean {
  return all || fields.some((path) => field === path || field.startsWith(`${path}.`))
}
