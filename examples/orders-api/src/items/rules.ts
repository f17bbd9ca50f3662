import { type Specification, where } from '@base/domain/specification'
import type { NewItem } from './item.ts'

/** The shop offers it, in stock or not. */
export const onSale = where<NewItem>().equals('status', 'active')

/** So many of it are there. */
export const inStock = (quantity: number): Specification<NewItem> =>
  where<NewItem>().greaterThanOrEqual('stock', quantity)

/** It can be ordered now. */
export const sellable = onSale.and(inStock(1))

/** It would be sold if there were any. */
export const soldOut = onSale.and(inStock(1).not())

/** It can be ordered, but not for long: time to buy some. */
export const lowOnStock = sellable.and(inStock(11).not())
