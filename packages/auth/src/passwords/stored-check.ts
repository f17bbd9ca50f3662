import { diagnosticsChannel } from '@base/core/diagnostics'
import type { Decoy } from './decoy.js'
import type { NormalisedPassword } from './normalised-password.js'
import type { PasswordsSettings } from './passwords-options.js'
import { readPeppered } from './pepper/pepper.js'
import { UnknownPepperError } from './pepper/unknown-pepper-error.js'

/** A password as it was typed, and as it is hashed. */
export interface Candidate {
  readonly typed: string
  readonly normalised: NormalisedPassword
}

/** What a stored text is verified by: one run of one slow function, whatever comes of it. */
export interface StoredCheck {
  /** Whether the password is right. */
  run(): Promise<boolean>
  /** Whether the text would be made otherwise now. */
  readonly isOutdated: boolean
}

const unreadable = diagnosticsChannel<{ kdf: string }>('base:auth:passwords:unreadable')

/** Finds what can verify a stored text. Every way out of here is one run. */
export function planCheck(
  { typed, normalised }: Candidate,
  stored: string | undefined,
  decoy: Decoy,
  { kdf, legacy, pepper }: PasswordsSettings,
): StoredCheck {
  const nothing = () => decoy.run(pepper?.apply(normalised, pepper.current) ?? normalised)
  if (stored === undefined) return { run: nothing, isOutdated: false }
  const { keyId, text } = readPeppered(stored)
  if (keyId !== undefined && !pepper?.has(keyId))
    return { run: () => failing(nothing, keyId), isOutdated: false }
  const former = keyId === undefined ? legacy.find((verifier) => verifier.recognises(text)) : undefined
  if (former !== undefined) return { run: async () => former.verify(typed, text), isOutdated: true }
  if (kdf.recognises?.(text) === false) {
    if (unreadable.hasSubscribers) unreadable.publish({ kdf: kdf.id })
    return { run: nothing, isOutdated: false }
  }
  const keyed = keyId === undefined ? normalised : (pepper?.apply(normalised, keyId) ?? normalised)
  const isOutdated = keyId !== pepper?.current || kdf.needsRehash(text)
  if (!isOutdated) decoy.learn(text)
  return { run: async () => kdf.verify(keyed, text), isOutdated }
}

async function failing(work: () => Promise<boolean>, keyId: string): Promise<never> {
  await work()
  throw new UnknownPepperError(keyId)
}
