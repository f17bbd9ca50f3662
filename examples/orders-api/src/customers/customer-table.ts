import type { Mapping } from '../database/table.ts'
import type { Customer } from './customer.ts'

/** Customers in the database. */
export const customerTable: Mapping<Customer> = {
  table: 'customers',
  key: 'username',
  columns: 'username, name, email',
  fields: {
    username: { sql: 'username', type: 'text' },
    email: { sql: 'email', type: 'text' },
  },
  toRow: ({ version: _, ...row }) => row,
  toDomain: (row) => row as Customer,
}
