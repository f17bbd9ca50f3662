import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { diagnosticsSources, readDiagnosticsSources } from './index.js'

const readingsOf = (name: string) =>
  readDiagnosticsSources()
    .get(name)
    ?.map(({ reading }) => reading)

describe('diagnosticsSources', () => {
  test('are read when somebody asks, as they are then, whenever they were made', () => {
    const pools = diagnosticsSources('base:core:pool-a', ({ open }: { open: number }) => ({ open }))
    const first = { open: 1 }
    pools.add(first)
    const second = { open: 2 }
    pools.add(second)
    first.open = 5
    expect(readingsOf('base:core:pool-a')).toEqual([{ open: 5 }, { open: 2 }])
    expect(
      readDiagnosticsSources()
        .get('base:core:pool-a')
        ?.map(({ source }) => source),
    ).toEqual([first, second])
  })

  test('leave nothing behind while there is none', () => {
    diagnosticsSources('base:core:pool-b', () => ({}))
    expect(readDiagnosticsSources().has('base:core:pool-b')).toBe(false)
  })

  test('that throw are left out, and hide no other', () => {
    const pools = diagnosticsSources('base:core:pool-c', (pool: { open: number }) => {
      if (pool.open < 0) throw new Error('unreadable')
      return { open: pool.open }
    })
    const [bad, good] = [{ open: -1 }, { open: 1 }]
    pools.add(bad)
    pools.add(good)
    expect(readingsOf('base:core:pool-c')).toEqual([{ open: 1 }])
  })

  test('of copies of this package are read together', async () => {
    const one = diagnosticsSources('base:core:pool-d', ({ id }: { id: number }) => ({ id }))
    vi.resetModules()
    const copy = await import('./diagnostics-sources.js')
    expect(copy.diagnosticsSources).not.toBe(diagnosticsSources)
    const other = copy.diagnosticsSources('base:core:pool-d', ({ id }: { id: number }) => ({ id }))
    const [mine, theirs] = [{ id: 1 }, { id: 2 }]
    one.add(mine)
    other.add(theirs)
    expect(readingsOf('base:core:pool-d')).toEqual([{ id: 1 }, { id: 2 }])
    expect(copy.readDiagnosticsSources().get('base:core:pool-d')).toHaveLength(2)
  })

  test('are not kept alive', async () => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const pools = diagnosticsSources('base:core:pool-e', ({ id }: { id: number }) => ({ id }))
    const kept = Array.from({ length: 100 }, (_, id) => ({ id }))
    for (let id = 0; id < 1_000; id++) pools.add({ id: -1 })
    for (const one of kept) pools.add(one)
    // A reference that was made or read in this turn keeps its object until the turn has ended.
    for (let round = 0; round < 20; round++) {
      await new Promise((resolve) => setImmediate(resolve))
      collect()
    }
    const found = readingsOf('base:core:pool-e')
    expect(found?.filter(({ id }) => id === -1)).toEqual([])
    expect(found).toHaveLength(kept.length)
  })
})
