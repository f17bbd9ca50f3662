import { invalidOption } from '@base/core/options'
import { isScope } from '../tokens/scope.js'
import { place } from './api-keys-options.js'

const MOST = 64
const LONGEST = 128

/** The scopes of a new key, each once. @throws InvalidOptionError */
export function checkScopes(scopes: unknown): readonly string[] {
  if (!Array.isArray(scopes) || scopes.length > MOST)
    throw invalidOption(scopes, place('scopes'), `a list of at most ${MOST} names`)
  for (const [index, name] of scopes.entries())
    if (!isName(name))
      throw invalidOption(
        name,
        place(`scopes[${index}]`),
        `1 to ${LONGEST} characters of printable ASCII, without spaces, quotes and backslashes`,
      )
  return [...new Set<string>(scopes)]
}

/** What a key is to be used for. @throws InvalidOptionError */
export function checkScope(scope: unknown): string {
  if (isScope(scope)) return scope
  throw invalidOption(scope, place('scope'), 'names of printable ASCII with one space between')
}

function isName(value: unknown): value is string {
  return isScope(value) && value.length <= LONGEST && !value.includes(' ')
}
