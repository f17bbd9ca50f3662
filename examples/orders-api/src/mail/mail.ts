import { UnavailableError } from '@base/core/errors'

/** A letter to one address. */
export interface Mail {
  readonly to: string
  readonly subject: string
  /** What it says. It may hold a link that gives an account away: keep it out of logs. */
  readonly text: string
}

/** Hands a letter to whoever delivers it. Rejects where nobody takes it. */
export type SendMail = (mail: Mail) => Promise<void>

/** Prints each letter, for a service that nobody but its developer can reach. */
export const printMail: SendMail = async ({ to, subject, text }) => {
  console.log(`To ${to}: ${subject}\n\n${text}\n`)
}

/** Where nobody delivers mail: a link in a log would be anybody's who reads it. */
export const noMail: SendMail = async () => {
  throw new UnavailableError({ message: 'There is nobody who delivers mail.' })
}
