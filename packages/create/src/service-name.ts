import { isBuiltin } from 'node:module'
import { basename } from 'node:path'
import { UsageError } from './usage-error.js'

const MAX_LENGTH = 214
const NAME = /^[a-z0-9][a-z0-9._-]*$/

/**
 * The name of the service in a folder: the folder's, which must be one that npm takes for a package.
 *
 * @throws UsageError that says what is wrong with it.
 */
export function serviceName(folder: string): string {
  const name = basename(folder)
  const problem = problemOf(name)
  if (problem === undefined) return name
  throw new UsageError(`The folder must have a name that npm takes for a package: "${name}" ${problem}.`)
}

/** @see npm, "package.json", `name` */
function problemOf(name: string): string | undefined {
  if (!NAME.test(name)) return 'must be lower-case letters, digits, ".", "_" and "-", a letter or digit first'
  if (name.length > MAX_LENGTH) return `has more than ${MAX_LENGTH} characters`
  if (name === 'node_modules' || name === 'favicon.ico' || isBuiltin(name)) return 'is a name that is taken'
  return undefined
}
