import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkOneOf, checkText, invalidOption, type OptionPlace } from '@base/core/options'
import { placeOf } from '../../place.js'
import { checkAddress } from '../../web-address.js'
import type { BeginOptions } from '../oidc-client.js'
import { checkReturnTo } from '../return-to.js'

/** The options of a sign-in, checked. */
export interface BeginSettings {
  readonly redirectUri: string
  readonly returnTo: string
  readonly prompt: string | undefined
  readonly loginHint: string | undefined
  /** In seconds. */
  readonly maxAge: number | undefined
}

const place = /* @__PURE__ */ placeOf('begin')
const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const
const LONGEST_HINT = 1_024

/** Checks the options of a sign-in with a provider that gives id tokens, or gives none. @throws InvalidOptionError */
export function readBegin(options: BeginOptions, hasIdToken: boolean): BeginSettings {
  const { redirectUri, returnTo = '/', prompt, loginHint, maxAge }: Partial<BeginOptions> = options ?? {}
  return {
    redirectUri: readRedirect(redirectUri, place('redirectUri')),
    returnTo: checkReturnTo(returnTo, place('returnTo')),
    prompt: prompt === undefined ? undefined : checkOneOf(prompt, PROMPTS, place('prompt')),
    loginHint:
      loginHint === undefined
        ? undefined
        : checkText(loginHint, { ...place('loginHint'), maxLength: LONGEST_HINT }),
    maxAge: maxAge === undefined ? undefined : readSeconds(maxAge, hasIdToken),
  }
}

/** An address of ours that the provider may send a browser to. */
export function readRedirect(uri: unknown, place: OptionPlace): string {
  return checkAddress(uri instanceof URL ? uri.href : uri, place)
}

function readSeconds(maxAge: Duration, hasIdToken: boolean): number {
  // It could not be checked on the way back.
  if (!hasIdToken)
    throw invalidOption(maxAge, place('maxAge'), 'left out, for this provider has no id tokens')
  const milliseconds = toMilliseconds(maxAge, place('maxAge'))
  if (milliseconds % 1_000 === 0) return milliseconds / 1_000
  throw invalidOption(maxAge, place('maxAge'), 'whole seconds')
}
