import type { ValidationIssue } from '../errors/validation-issue.js'
import { type Naming, variableOf } from './names.js'
import { leavesOf, type Shape } from './shape.js'
import type { UnknownName } from './variables.js'

/** What happens to names that the schema does not have. */
export type UnknownKeys = 'ignore' | 'warn' | 'error'

/** Issues for the names that the schema does not have; as a warning they are told at once. */
export function reportUnknown(
  unknown: readonly UnknownName[],
  mode: UnknownKeys,
  naming: Naming,
  shape: Shape | undefined,
): readonly ValidationIssue[] {
  if (mode === 'ignore' || shape === undefined) return []
  const leaves = [...leavesOf(shape)]
  const paths = leaves.map(([path]) => path)
  const variables = paths.map((path) => variableOf(path, naming))
  const groups = leaves.map(([path, { rest }]) => variableOf(path, naming) + (rest ? naming.delimiter : ''))
  const names = [...variables, ...paths.map((path) => path.join('.'))]
  const issues: ValidationIssue[] = []
  for (const { name, isAmbient } of unknown) {
    const meant = closest(name, names)
    if (isAmbient && !(name.includes(naming.delimiter) && (meant || isInGroup(name, groups, naming))))
      continue
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`
    issues.push({ path: name, message: `is not known${hint}`, code: 'unknown' })
  }
  if (mode === 'error' || issues.length === 0) return issues
  const lines = issues.map(({ path, message }) => `${path} ${message}`)
  globalThis.process?.emitWarning?.(`Configuration: ${lines.join(', ')}`, 'ConfigWarning')
  return []
}

function isInGroup(name: string, variables: readonly string[], { delimiter }: Naming): boolean {
  const group = name.slice(0, name.indexOf(delimiter) + delimiter.length)
  return variables.some((variable) => variable.startsWith(group))
}

/** The closest of the names, if one is close enough to be what was meant. */
function closest(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const distance = distanceBetween(name, candidate, least)
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

/**
 * How many letters have to be inserted, removed, replaced, or swapped with their neighbour to get from one text to the
 * other (optimal string alignment); `limit` where it is not less.
 */
function distanceBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwapped ? at(before, j - 2) + 1 : limit
      row[j] = Math.min(at(above, j) + 1, at(row, j - 1) + 1, at(above, j - 1) + (isSame ? 0 : 1), swapped)
    }
    before = above
    above = row
  }
  return Math.min(at(above, b.length), limit)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0
}
