import { type PrivateKind, type ServiceKind, URL_VARIABLES } from './kinds.ts'
import { findPrograms } from './programs.ts'

/** Why tests cannot have that kind of server, in words that say how to change it; undefined if they can. */
export function missing(kind: ServiceKind): string | undefined {
  return givenUrl(kind) === undefined ? missingOwn(kind) : undefined
}

/** The same for a private server: a URL does not help there, since nobody may stop a server that is not ours. */
export function missingOwn(kind: PrivateKind): string | undefined {
  const otherwise = kind === 'prometheus' ? '' : ` and no ${URL_VARIABLES[kind]}`
  if (process.env['TEST_SERVICES'] === 'off') return `TEST_SERVICES=off${otherwise}`
  if (findPrograms(kind) === undefined)
    return `no ${kind} server is installed${otherwise && `${otherwise} given`}`
  return undefined
}

/** The URL in the environment, unless it is empty. */
export function givenUrl(kind: ServiceKind): string | undefined {
  return process.env[URL_VARIABLES[kind]] || undefined
}
