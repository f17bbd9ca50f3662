import { diagnosticsChannel } from '@base/core/diagnostics'
import { byteLength, MAX_BYTES, type NormalisedPassword } from './normalised-password.js'
import type { PasswordsSettings } from './passwords-options.js'
import { readPeppered } from './pepper/pepper.js'
import { UnknownPepperError } from './pepper/unknown-pepper-error.js'

/** A password as it was typed, and as it is hashed. */
export interface Candidate {
  readonly typed: string
  readonly normalised: NormalisedPassword
}

/** What came of a check. `outdated` is right too, of a text that would be made otherwise now. */
export type Verdict = 'wrong' | 'right' | 'outdated'

const unreadable = diagnosticsChannel<{ kdf: string }>('base:auth:passwords:unreadable')

/**
 * Verifies a stored text by what can read it. Whatever is stored, a password that is wrong takes one run, and two where it was
 * typed otherwise than it is hashed.
 */
export async function judgeStored(
  candidate: Candidate,
  stored: string | undefined,
  { kdf, legacy, pepper, decoy }: PasswordsSettings,
): Promise<Verdict> {
  const nothing = async (): Promise<Verdict> => {
    for (const form of formsOf(candidate)) await decoy.run(pepper.apply(form, pepper.current))
    return 'wrong'
  }
  if (stored === undefined) return nothing()
  const { keyId, text } = readPeppered(stored)
  if (keyId !== undefined && !pepper.has(keyId)) {
    await nothing()
    throw new UnknownPepperError(keyId)
  }
  const former = keyId === undefined ? legacy.find((verifier) => verifier.recognises(text)) : undefined
  if (former !== undefined)
    return (await former.verify(candidate.typed, text)) === true ? 'outdated' : 'wrong'
  if (kdf.recognises?.(text) === false) {
    if (unreadable.hasSubscribers) unreadable.publish({ kdf: kdf.id })
    return nothing()
  }
  for (const form of formsOf(candidate)) {
    if ((await kdf.verify(pepper.apply(form, keyId), text)) !== true) continue
    const isAsNow = form === candidate.normalised && keyId === pepper.current && !kdf.needsRehash(text)
    return isAsNow ? 'right' : 'outdated'
  }
  return 'wrong'
}

/** What may have been hashed: the password as we do it, and as it was typed, which is what another system has hashed. */
function formsOf({ typed, normalised }: Candidate): readonly string[] {
  return typed === normalised || byteLength(typed) > MAX_BYTES ? [normalised] : [normalised, typed]
}
