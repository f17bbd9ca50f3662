import { invalidOption, type OptionPlace } from '@base/core/options'
import { isSecret } from '@base/core/secret'

/** A token that may be wrapped; what came instead of one is not shown. @throws InvalidOptionError */
export function revealed(token: unknown, place: OptionPlace): string {
  const text = isSecret(token) ? token.reveal() : token
  if (typeof text === 'string' && text !== '') return text
  throw invalidOption(typeof text, place, 'a text that is not empty, or a secret with one')
}
