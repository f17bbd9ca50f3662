import type { Mapping } from '../database/table.ts'
import type { Item } from './item.ts'

/** Items in the database. */
export const itemTable: Mapping<Item> = {
  table: 'items',
  key: 'sku',
  columns: 'sku, name, description, price, stock, status',
  fields: {
    sku: { sql: 'sku', type: 'text' },
    price: { sql: 'price', type: 'numeric' },
    stock: { sql: 'stock', type: 'numeric' },
    status: { sql: 'status', type: 'text' },
  },
  toRow: ({ version: _, ...row }) => row,
  toDomain: (row) => row as Item,
}
