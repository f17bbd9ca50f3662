import { where } from '@base/domain/specification'

export interface Invoice {
  id: number
  customer: string
  cents: number
  due: string
  paid: boolean
}

/** Whom to remind: what is due, not paid, and more than the letter costs. */
export const toRemind = (today: string) =>
  where<Invoice>()
    .lessThan('due', today)
    .and(where<Invoice>().equals('paid', false))
    .and(where<Invoice>().greaterThan('cents', 500))
