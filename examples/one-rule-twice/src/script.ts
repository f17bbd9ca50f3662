import { readFileSync } from 'node:fs'
import { argv } from 'node:process'
import { type Invoice, toRemind } from './rule.ts'

// node src/script.ts invoices.json 2026-02-01
const [, , file = '', today = ''] = argv
const rule = toRemind(today)
for (const invoice of JSON.parse(readFileSync(file, 'utf8')) as Invoice[]) {
  const { satisfied, failed } = rule.explain(invoice)
  const why = failed.map(({ field, op, value }) => `not ${field} ${op} ${value}`)
  console.log(invoice.id, satisfied ? 'remind' : why.join(', '))
}
