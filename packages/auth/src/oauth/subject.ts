import { canBeKept } from '../tokens/opaque/check-name.js'

/** OpenID Connect Core, section 2: so many characters at most. Who stores it must be able to rely on that. */
const LONGEST = 255

/** Whether something can be a provider's name for a user. */
export function isSubject(sub: unknown): sub is string {
  return typeof sub === 'string' && sub !== '' && sub.length <= LONGEST && canBeKept(sub)
}
