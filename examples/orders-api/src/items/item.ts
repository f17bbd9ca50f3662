import type { Repository } from '@base/domain/repository'
import { z } from 'zod'
import { text } from '../http/text.ts'

/** The name of an item in paths and orders. */
export const Sku = z.string().regex(/^[A-Z0-9-]{1,50}$/, 'must be 1 to 50 of A-Z, 0-9 and dashes')

export const itemStatuses = ['active', 'inactive', 'discontinued'] as const

const fields = {
  name: text(1, 200),
  description: text(0, 2_000).default(''),
  /** In minor units: 1290 is 12.90. */
  price: z.int().min(0).max(100_000_000),
  /** How many can be ordered now. */
  stock: z.int().min(0).max(1_000_000),
  status: z.enum(itemStatuses).default('active'),
}

/** What a caller says of an item whose SKU is in the path. */
export const ItemInput = z.strictObject(fields)
/** What a caller says of a new item. */
export const NewItem = z.strictObject({ sku: Sku, ...fields })

export type NewItem = z.infer<typeof NewItem>

/** An item of the shop. */
export interface Item extends NewItem {
  /** How often it was saved; 0 for a new one. */
  readonly version: number
}

/** Where the items are kept. */
export interface Items extends Pick<Repository<Item, string>, 'findById' | 'findPage' | 'save' | 'saveMany'> {
  /** Finds items that nobody else can change until the unit of work ends. */
  lock(skus: readonly string[]): Promise<Item[]>
}
