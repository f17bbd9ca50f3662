import type { Mail } from '../mail/mail.ts'

/** For an address that has no account. */
export function signUpLetter(to: string, token: string): Mail {
  return {
    to,
    subject: 'Your account at orders-api',
    text: `Choose a name and a password with this code, within a day: ${token}\n\nIf you did not ask for it, ignore this letter.`,
  }
}

/** For one that has: who asks for an account and who has forgotten the password is helped by the same. */
export function resetLetter(to: string, token: string): Mail {
  return {
    to,
    subject: 'A new password for orders-api',
    text: `You have an account. Choose a new password with this code, within half an hour: ${token}\n\nIf you did not ask for it, ignore this letter.`,
  }
}
