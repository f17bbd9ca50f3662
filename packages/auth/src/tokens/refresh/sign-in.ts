import { checkText, invalidOption } from '@base/core/options'
import { isThumbprint } from '../keys/thumbprint.js'
import { checkName } from '../opaque/check-name.js'
import { isScope } from '../scope.js'
import { place } from './refresh-options.js'
import type { NewRefreshFamily } from './refresh-store.js'

const MAX_NAME = 1_024
const MAX_LABEL = 200
const MAX_METHODS = 20

/** A sign-in that {@link RefreshService.start} makes a family of. */
export interface RefreshSignIn {
  /** Who signed in, unique within your service. 1 to 1,024 bytes of UTF-8, without U+0000 and lone surrogates. */
  readonly sub: string
  /** Through which client; only it may use the tokens. Of the same form. */
  readonly clientId: string
  /** What the tokens may be used for: names with a space between them. @defaultValue none */
  readonly scope?: string | undefined
  /** The thumbprint of the client's DPoP key, out of `verifyDpop`: every rotation has to prove it again. @defaultValue not bound */
  readonly jkt?: string | undefined
  /** When the subject proved who it is, in milliseconds since 1970. @defaultValue now */
  readonly authenticatedAt?: number | undefined
  /** How it did: `['pwd', 'otp']`, as registered in RFC 8176. For `requireStepUp`. @defaultValue unknown */
  readonly amr?: readonly string[] | undefined
  /** How far that is to be trusted, as a name that both sides know. @defaultValue unknown */
  readonly acr?: string | undefined
  /** Shown in the list of sessions, to tell one from another: `'Firefox on Linux'`. At most 200 characters. @defaultValue none */
  readonly label?: string | undefined
  /** Ends the call with the signal's reason, unless the store is writing: that is waited for. */
  readonly signal?: AbortSignal | undefined
}

/** What a family remembers of its sign-in, beside what its store knows by name. */
export interface SignInFacts extends Pick<RefreshSignIn, 'amr' | 'acr' | 'label'> {
  readonly authenticatedAt: number
}

/** A sign-in that is checked, as far as the store has to know it. */
export type CheckedSignIn = Pick<NewRefreshFamily, 'sub' | 'clientId' | 'jkt' | 'scope' | 'data'>

export function readSignIn(signIn: RefreshSignIn, now: number): CheckedSignIn {
  const { sub, clientId, scope, jkt } = signIn ?? {}
  const facts = readFacts(signIn, now)
  if (scope !== undefined && !isScope(scope))
    throw invalidOption(scope, place('scope'), 'names with one space between them (RFC 6749, section 3.3)')
  if (jkt !== undefined && !isThumbprint(jkt))
    throw invalidOption(jkt, place('jkt'), 'the SHA-256 thumbprint of a key, 43 characters of base64url')
  return {
    sub: checkName(sub, place('sub')),
    clientId: checkName(clientId, place('clientId')),
    jkt,
    scope,
    data: JSON.stringify(facts),
  }
}

/** The facts that `readSignIn` wrote. */
export function factsOf(data: string): SignInFacts {
  return JSON.parse(data) as SignInFacts
}

function readFacts(signIn: RefreshSignIn, now: number): SignInFacts {
  const { authenticatedAt = now, amr, acr, label } = signIn ?? {}
  if (!Number.isSafeInteger(authenticatedAt) || authenticatedAt < 0)
    throw invalidOption(authenticatedAt, place('authenticatedAt'), 'whole milliseconds since 1970')
  const isList = amr === undefined || (Array.isArray(amr) && amr.length <= MAX_METHODS)
  if (!isList) throw invalidOption(amr, place('amr'), `an array of at most ${MAX_METHODS} texts`)
  return {
    authenticatedAt,
    ...(amr && { amr: amr.map((method) => checkText(method, { ...place('amr'), maxLength: MAX_NAME })) }),
    ...(acr !== undefined && { acr: checkText(acr, { ...place('acr'), maxLength: MAX_NAME }) }),
    ...(label !== undefined && { label: checkText(label, { ...place('label'), maxLength: MAX_LABEL }) }),
  }
}
