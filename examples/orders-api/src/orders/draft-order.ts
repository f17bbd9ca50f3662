import { ConflictError, ValidationError, type ValidationIssue } from '@base/core/errors'
import { err, ok, type Result } from '@base/core/result'
import type { Item } from '../items/item.ts'
import { inStock, onSale } from '../items/rules.ts'
import type { OrderLine } from './order.ts'
import { type LineInput, MAX_QUANTITY, type OrderInput } from './order-input.ts'
import { priceLine, sumUp, type Totals } from './pricing.ts'

/** What an order's goods must come to at least, in minor units: 10.00. */
const MINIMUM = 1_000

/** The lines of an order at today's prices, and its sums. */
export interface OrderDraft extends Totals {
  readonly lines: readonly OrderLine[]
}

/** Checks an order against the rules of the shop and prices it. Pure: it takes nothing from the stock. */
export function draftOrder(
  input: OrderInput,
  items: ReadonlyMap<string, Item>,
): Result<OrderDraft, ValidationError | ConflictError> {
  const merged = mergeLines(input.lines)
  const issues = [...unknownItems(input.lines, items), ...merged.issues]
  if (issues.length > 0) return err(new ValidationError({ issues }))

  const lines: OrderLine[] = []
  for (const line of merged.lines) {
    const item = items.get(line.sku) as Item
    const refusal = refusalOf(line, item)
    if (refusal !== undefined) return err(refusal)
    const { name, price: unitPrice } = item
    lines.push({ ...line, name, unitPrice, ...priceLine({ ...line, unitPrice }) })
  }
  const totals = sumUp(lines)
  if (totals.total - totals.shipping < MINIMUM) return err(belowMinimum(totals.total - totals.shipping))
  return ok({ lines, ...totals })
}

/** Lines of the same item become one. */
function mergeLines(input: readonly LineInput[]): { lines: LineInput[]; issues: ValidationIssue[] } {
  const lines = new Map<string, LineInput>()
  const issues: ValidationIssue[] = []
  for (const [index, line] of input.entries()) {
    const { quantity = 0, discountPercent = line.discountPercent } = lines.get(line.sku) ?? {}
    const sum = quantity + line.quantity
    if (discountPercent !== line.discountPercent) {
      const message = `must be ${discountPercent}, as in the line of ${line.sku} before`
      issues.push({ path: `lines.${index}.discountPercent`, message })
    }
    if (sum > MAX_QUANTITY) {
      const message = `comes to ${sum} with the line of ${line.sku} before; at most ${MAX_QUANTITY}`
      issues.push({ path: `lines.${index}.quantity`, message })
    }
    lines.set(line.sku, { ...line, quantity: sum })
  }
  return { lines: [...lines.values()], issues }
}

function unknownItems(lines: readonly LineInput[], items: ReadonlyMap<string, Item>): ValidationIssue[] {
  return [...lines.entries()]
    .filter(([, { sku }]) => !items.has(sku))
    .map(([index, { sku }]) => ({ path: `lines.${index}.sku`, message: `there is no item ${sku}` }))
}

/** Why the shop cannot deliver a line now, if it cannot. */
function refusalOf({ sku, quantity }: LineInput, item: Item): ConflictError | undefined {
  const { status, stock } = item
  if (!onSale.isSatisfiedBy(item)) {
    const message = `${sku} is ${status}.`
    return new ConflictError({ code: 'ITEM_UNAVAILABLE', message, details: { sku, status } })
  }
  if (inStock(quantity).isSatisfiedBy(item)) return undefined
  const message = `Of ${sku} only ${stock} are left, and ${quantity} were ordered.`
  const details = { sku, ordered: quantity, left: stock }
  return new ConflictError({ code: 'OUT_OF_STOCK', message, details })
}

function belowMinimum(goods: number): ValidationError {
  const message = `come to ${goods}; an order needs at least ${MINIMUM}`
  return new ValidationError({ issues: [{ path: 'lines', message }] })
}
