import { ConflictError } from '@base/core/errors'
import { err, ok, type Result } from '@base/core/result'
import type { Queries } from '../database/database.ts'
import { uniqueViolation } from '../database/unique-violation.ts'
import type { Customer } from './customer.ts'

export async function insertCustomer(
  queries: Queries,
  customer: Customer,
): Promise<Result<Customer, ConflictError>> {
  try {
    await queries.query('insert into customers (username, name, email) values ($1, $2, $3)', [
      customer.username,
      customer.name,
      customer.email,
    ])
    return ok(customer)
  } catch (error) {
    const constraint = uniqueViolation(error)
    if (constraint === undefined) throw error
    const field = constraint === 'customers_email' ? 'email' : 'username'
    const code = field === 'email' ? 'EMAIL_TAKEN' : 'USERNAME_TAKEN'
    return err(new ConflictError({ code, message: `This ${field} is taken.`, details: { field } }))
  }
}

export async function findCustomer(queries: Queries, username: string): Promise<Customer | undefined> {
  const { rows } = await queries.query<Customer>(
    'select username, name, email from customers where username = $1',
    [username],
  )
  return rows[0]
}

/** By username, from behind `after`. */
export async function listCustomers(queries: Queries, after: string, limit: number): Promise<Customer[]> {
  const { rows } = await queries.query<Customer>(
    `select username, name, email from customers
     where username > $1 order by username limit $2`,
    [after, limit],
  )
  return rows
}
