import { type Secret, secret } from '@base/core/secret'

/** Who may sign in. */
export interface Users {
  /** Whether the password is that of the user. */
  verify(username: string, password: string): boolean | Promise<boolean>
}

/** The password of the demo user where none is set: known to all, and so for this machine alone. */
export const KNOWN_PASSWORD = 'analytical-engine'

const USERNAME = 'ada'

/** One user, `ada`, until there are passwords. */
export function demoUser(password: Secret<string> = secret(KNOWN_PASSWORD)): Users {
  return {
    verify: (username, given) => password.equals(given) && username === USERNAME,
  }
}
