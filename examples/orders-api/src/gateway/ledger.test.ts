import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Ledger } from './ledger.ts'

test('the books survive a restart, also from a line that was broken off', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orders-ledger-'))
  const file = join(folder, 'payments.jsonl')
  const amount = { minor: '100', currency: 'EUR' }
  new Ledger(file).write({ key: 'a', type: 'taken', amount })
  appendFileSync(file, '{"key":"b","type":"taken","amount":{"minor":"1","currency":"EUR"}')
  const again = new Ledger(file)
  again.write({ key: 'c', type: 'taken', amount })
  again.write({ key: 'a', type: 'returned' })
  const books = new Ledger(file)
  rmSync(folder, { recursive: true })

  expect(books.entries).toEqual([
    { key: 'a', type: 'taken', amount },
    { key: 'c', type: 'taken', amount },
    { key: 'a', type: 'returned' },
  ])
  expect(books.find('a')?.type).toBe('returned')
})
