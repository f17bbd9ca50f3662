import type { Item } from './item.ts'
import { soldOut } from './rules.ts'

/** An item as callers see it: an active one without stock is out of stock. */
export function toView({ version: _, ...item }: Item): object {
  return soldOut.isSatisfiedBy(item) ? { ...item, status: 'out_of_stock' } : item
}
