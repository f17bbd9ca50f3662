import type { Item } from '../items/item.ts'
import { conflict, type InputProblem, invalid, type Problem } from '../problem.ts'
import { type LineInput, MAX_QUANTITY, type OrderLine } from './order-line.ts'

/** All amounts are whole minor units. The largest is 5 * 10^13, and so exact. */
const MINIMUM = 1_000
const SHIPPING = 990

/** The lines of an order at today's prices, and its sums: `total = subtotal - discount + shipping`. */
export interface OrderDraft {
  readonly lines: readonly OrderLine[]
  readonly subtotal: number
  readonly discount: number
  readonly shipping: number
  readonly total: number
}

/**
 * Checks an order against the rules of the shop and prices it. Pure: it takes nothing from the stock.
 *
 * @throws 422 naming everything that is wrong; 409 for the first line that the shop cannot deliver.
 */
export function draftOrder(input: readonly LineInput[], items: ReadonlyMap<string, Item>): OrderDraft {
  const merged = mergeLines(input)
  const unknown = [...input.entries()]
    .filter(([, { sku }]) => !items.has(sku))
    .map(([index, { sku }]) => problemOf(index, 'sku', `there is no item ${sku}`))
  const problems = [...unknown, ...merged.problems]
  if (problems.length > 0) throw invalid(problems)

  const lines = merged.lines.map((line) => deliverable(line, items.get(line.sku) as Item))
  const goods = sum(lines.map(({ total }) => total))
  const discount = sum(lines.map((line) => line.discount))
  if (goods < MINIMUM) {
    const detail = `come to ${goods}; an order needs at least ${MINIMUM}`
    throw invalid([{ pointer: '#/lines', detail }])
  }
  return { lines, subtotal: goods + discount, discount, shipping: SHIPPING, total: goods + SHIPPING }
}

/** Lines of the same item become one. */
function mergeLines(input: readonly LineInput[]): { lines: LineInput[]; problems: InputProblem[] } {
  const lines = new Map<string, LineInput>()
  const problems: InputProblem[] = []
  for (const [index, line] of input.entries()) {
    const { quantity = 0, discountPercent = line.discountPercent } = lines.get(line.sku) ?? {}
    const sum = quantity + line.quantity
    if (discountPercent !== line.discountPercent) {
      const detail = `must be ${discountPercent}, as in the line of ${line.sku} before`
      problems.push(problemOf(index, 'discountPercent', detail))
    }
    if (sum > MAX_QUANTITY) {
      const detail = `comes to ${sum} with the line of ${line.sku} before; at most ${MAX_QUANTITY}`
      problems.push(problemOf(index, 'quantity', detail))
    }
    lines.set(line.sku, { ...line, quantity: sum })
  }
  return { lines: [...lines.values()], problems }
}

/** A line with its price; the discount is rounded half up, to the caller's good. */
function deliverable(line: LineInput, { name, price, status, stock }: Item): OrderLine {
  const { sku, quantity, discountPercent } = line
  if (status !== 'active') throw conflict('ITEM_UNAVAILABLE', `${sku} is ${status}.`, { sku, status })
  if (stock < quantity) throw outOfStock(sku, quantity, stock)
  const full = price * quantity
  const discount = Math.floor((full * discountPercent + 50) / 100)
  return { ...line, name, unitPrice: price, discount, total: full - discount }
}

function outOfStock(sku: string, ordered: number, left: number): Problem {
  const message = `Of ${sku} only ${left} are left, and ${ordered} were ordered.`
  return conflict('OUT_OF_STOCK', message, { sku, ordered, left })
}

function problemOf(index: number, field: string, detail: string): InputProblem {
  return { pointer: `#/lines/${index}/${field}`, detail }
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}
