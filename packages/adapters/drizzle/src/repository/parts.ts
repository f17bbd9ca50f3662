import type { SQL } from 'drizzle-orm'
import { parametersIn } from './own-sql.js'
import type { Draft } from './stamps.js'

/** PostgreSQL takes 65,535 parameters; what remains is for the columns that a statement has besides. */
const MAX_PARAMETERS = 60_000

/** Drafts of the same columns, for a statement names them once; and no more than it takes, of so many values each, and with the SQL among them. */
export function partsOf(
  drafts: readonly Draft[],
  values: number,
  own: ReadonlyMap<Draft, readonly SQL[]>,
): readonly Draft[][] {
  const parts: Draft[][] = []
  for (const alike of alikeIn(drafts)) {
    let room = 0
    for (const draft of alike) {
      const size = values + parametersIn(own.get(draft) ?? [])
      if (room < size) {
        parts.push([])
        room = MAX_PARAMETERS
      }
      room -= size
      parts.at(-1)?.push(draft)
    }
  }
  return parts
}

/** Those that change the same columns, together: what has a default may be left out of one and stand in another. */
function alikeIn(drafts: readonly Draft[]): Iterable<readonly Draft[]> {
  const groups = new Map<string, Draft[]>()
  for (const draft of drafts) {
    const names = Object.keys(draft.changed).join('\0')
    const group = groups.get(names)
    if (group === undefined) groups.set(names, [draft])
    else group.push(draft)
  }
  return groups.values()
}
