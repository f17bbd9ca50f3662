import { join } from 'node:path'
import { nodeBinary, run, withExample } from '@base-internal/tools/consumer'
import { expect, test } from 'vitest'

test('out of tarballs, the script and the query find the same invoices', { timeout: 300_000 }, () =>
  withExample(join(import.meta.dirname, '..'), async ({ folder }) => {
    const lines = async (file: string, node: '22' | '24') => {
      const { code, stdout, stderr } = await run(
        nodeBinary(node),
        [file, 'invoices.json', '2026-02-01'],
        folder,
      )
      expect(code, stderr).toBe(0)
      return stdout.trim().split('\n')
    }
    const script = await lines('src/script.ts', '22')
    const [sql, ...query] = await lines('src/query.ts', '24')

    expect(script).toEqual([
      '1 remind',
      '2 not paid equals false',
      '3 not cents greaterThan 500',
      '4 not due lessThan 2026-02-01',
      '5 remind',
    ])
    expect(query).toEqual(script.filter((line) => line.endsWith(' remind')))
    expect(sql).toMatch(/^select .* where .*"due" .*\$1.*"paid"/)
  }),
)
