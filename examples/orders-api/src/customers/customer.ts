import type { Repository } from '@base/domain/repository'
import { Email } from '@base/domain/value-object'
import { z } from 'zod'
import { text } from '../http/text.ts'

/** The name of a customer in paths and orders. */
export const Username = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{1,48}[a-z0-9])$/, 'must be 3 to 50 of a-z, 0-9 and inner dashes')

/** An e-mail address, in lower case. */
export const EmailAddress = z.string().transform((text, { addIssue }) => {
  const email = Email.parse(text)
  if (email.ok) return email.value.value
  addIssue('must be an e-mail address')
  return z.NEVER
})

/** What a caller says of a customer. */
export const CustomerInput = z.strictObject({
  username: Username,
  name: text(1, 100),
  email: EmailAddress,
})

export type CustomerInput = z.infer<typeof CustomerInput>

/** Who orders. */
export interface Customer extends CustomerInput {
  /** How often it was saved; 0 for a new one. */
  readonly version: number
}

/** Where the customers are kept. Lists are asked for what is not encrypted. */
export interface Customers extends Pick<Repository<Customer, string>, 'findById' | 'findPage' | 'save'> {
  /** By the whole address, for only what is equal can be found where it is encrypted. */
  findByEmail(email: string): Promise<Customer | undefined>
}
