import { invalidOption, type OptionPlace } from '@base/core/options'
import { plainName } from './key-rules.js'

/** `.`-parted names, and indexes or quoted names within brackets; one with a comma is quoted, or several paths in one text would hide nothing. */
const STEP = /([^.,[\]]+)|\[\s*(?:(\*|\d+)|"([^"]*)"|'([^']*)')\s*\]|(\.)/y

/**
 * A path such as `req.headers["x-key"]`, `users[*].card` or `**.ssn`, as steps that dots part: each a plain name, `*` for one
 * step of any name, or `**` for any number of steps, which is never the last.
 *
 * @throws InvalidOptionError where it is not one.
 */
export function parsePath(path: unknown, place: OptionPlace): string {
  const steps: string[] = []
  if (typeof path === 'string' && path !== '' && readSteps(path, steps)) {
    // All below, and not the thing itself.
    if (steps.at(-1) === '**') steps.push('*')
    return steps.join('.')
  }
  throw invalidOption(path, place, "a path such as 'req.headers.x-key', 'users[*].card' or '**.ssn'")
}

function readSteps(path: string, steps: string[]): boolean {
  STEP.lastIndex = 0
  let named = false
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path)
    if (found === null) return false
    const [, bare, index, double, single, dot] = found
    if (dot !== undefined) {
      if (!named) return false
      named = false
      continue
    }
    if (bare !== undefined && named) return false
    const name = bare ?? index ?? double ?? single ?? ''
    if (name === '*' || name === '**') steps.push(name)
    else steps.push(...name.split('.').map(plainName))
    named = true
  }
  return named && !steps.includes('')
}

/** A name or path; one that hides the stack of an error does so under its name in ECS, `stack_trace`, as well. */
export function withStackTrace(name: string): readonly string[] {
  return /(?:^|\.)stack$/i.test(name) ? [name, `${name}trace`] : [name]
}
