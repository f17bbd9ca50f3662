import { checkNumber, checkText, invalidOption } from '@base/core/options'
import { placeOf } from '../../place.js'
import { checkTexts } from '../check-texts.js'
import { checkName } from '../opaque/check-name.js'
import { isScopeName } from '../scope.js'
import type { AccessInput } from './token-service.js'

const place = /* @__PURE__ */ placeOf('issueAccess')

/** What the service itself says in a token; nobody else may. A `toJSON` would be written in place of them all. */
const RESERVED: readonly string[] = [
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scope'],
  ...['sid', 'epoch', 'cnf', 'auth_time', 'amr', 'acr', 'toJSON'],
]

/** An input as it is now, for whoever gave it may change it while stores are asked. It may be of a class, and have more members. */
export function copyOf(input: AccessInput): AccessInput {
  const { sub, clientId, scope, roles, permissions, sid, jkt, authTime, amr, acr } = input
  return { ...input, sub, clientId, scope, roles, permissions, sid, jkt, authTime, amr, acr }
}

/** The claims that an input asks for, checked; what it leaves out is left out. */
export function inputClaims(input: AccessInput): Record<string, unknown> {
  const { roles, permissions, sid, jkt, authTime, amr, acr } = input
  return {
    sub: checkName(input.sub, place('sub')),
    client_id: checkText(input.clientId, place('clientId')),
    ...(input.scope !== undefined && { scope: checkScope(input.scope) }),
    ...(roles !== undefined && { roles: checkTexts(roles, place('roles')) }),
    ...(permissions !== undefined && { permissions: checkTexts(permissions, place('permissions')) }),
    ...(sid !== undefined && { sid: checkName(sid, place('sid')) }),
    ...(jkt !== undefined && { cnf: { jkt: checkText(jkt, place('jkt')) } }),
    ...(authTime !== undefined && { auth_time: checkNumber(authTime, place('authTime')) }),
    ...(amr !== undefined && { amr: checkTexts(amr, place('amr')) }),
    ...(acr !== undefined && { acr: checkText(acr, place('acr')) }),
  }
}

/**
 * Claims of the user's own, checked: none of those that the service says itself; `roles` and `permissions` as a verifier wants
 * them.
 */
export function checkOwnClaims(claims: unknown, pattern: string): Readonly<Record<string, unknown>> {
  const where = placeOf(pattern)
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw invalidOption(claims, where('claims'), 'an object')
  }
  const taken = Object.keys(claims).find((name) => RESERVED.includes(name))
  if (taken !== undefined)
    throw invalidOption(taken, where('claims'), `without the names ${RESERVED.join(', ')}`)
  const own = claims as Record<string, unknown>
  for (const name of ['roles', 'permissions']) {
    if (own[name] !== undefined) checkTexts(own[name], where(`claims.${name}`))
  }
  return own
}

/** Claims as a token holds them. @throws InvalidOptionError naming `claims`, the only ones that may be what JSON cannot hold. */
export function payloadOf(claims: Readonly<Record<string, unknown>>, pattern: string): string {
  try {
    return JSON.stringify(claims)
  } catch {
    throw invalidOption('a bigint, a cycle or the like', placeOf(pattern)('claims'), 'what JSON can hold')
  }
}

function checkScope(scope: string | readonly string[]): string {
  const names = typeof scope === 'string' ? scope.split(' ') : checkTexts(scope, place('scope'))
  if (names.every(isScopeName)) return names.join(' ')
  throw invalidOption(scope, place('scope'), 'names of printable ASCII with one space between them')
}
