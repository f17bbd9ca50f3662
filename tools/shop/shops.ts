import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** A service that keeps the contract of the shop. */
export interface Shop {
  readonly name: string
  /** The folder of its package. */
  readonly folder: string
}

export const ROOT = join(import.meta.dirname, '..', '..')

/** Ours, put together from the blocks. */
export const OURS: Shop = { name: 'orders-api', folder: 'examples/orders-api' }
/** The same by hand, from well-known libraries. */
export const PEER: Shop = { name: 'peer-orders', folder: 'examples/peer-orders' }

/** Those that are there. */
export const shops: readonly Shop[] = [OURS, PEER].filter(({ folder }) =>
  existsSync(join(ROOT, folder, 'src', 'main.ts')),
)
