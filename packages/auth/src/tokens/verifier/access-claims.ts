import type { AccessClaims } from '../claims.js'
import { isText, isTexts, isTime } from './claim-types.js'

/** The claims as they came, of which nothing is known but their names. */
type Unchecked = { readonly [Claim in keyof AccessClaims]?: unknown }

/**
 * The first claim of an access token that is missing or not of its type. RFC 9068, section 2.2.
 *
 * Also those that it need not have: a role that is asked for by `roles.includes` must not be found in a text. Written out, for
 * this runs for every token.
 */
export function accessProblem(claims: Unchecked): string | undefined {
  if (!isText(claims.sub)) return 'sub'
  if (!isText(claims.jti)) return 'jti'
  if (!isText(claims.client_id)) return 'client_id'
  if (!isTime(claims.iat)) return 'iat'
  return grantProblem(claims) ?? proofProblem(claims)
}

function grantProblem({ scope, roles, permissions, sid, epoch }: Unchecked): string | undefined {
  if (scope !== undefined && typeof scope !== 'string') return 'scope'
  if (roles !== undefined && !isTexts(roles)) return 'roles'
  if (permissions !== undefined && !isTexts(permissions)) return 'permissions'
  if (sid !== undefined && !isText(sid)) return 'sid'
  if (epoch !== undefined && !isTime(epoch)) return 'epoch'
  return undefined
}

function proofProblem({ cnf, auth_time, amr, acr }: Unchecked): string | undefined {
  if (cnf !== undefined && !isConfirmation(cnf)) return 'cnf'
  if (auth_time !== undefined && !isTime(auth_time)) return 'auth_time'
  if (amr !== undefined && !isTexts(amr)) return 'amr'
  if (acr !== undefined && typeof acr !== 'string') return 'acr'
  return undefined
}

function isConfirmation(cnf: unknown): boolean {
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) return false
  const { jkt } = cnf as { readonly jkt?: unknown }
  return jkt === undefined || isText(jkt)
}
