import { afterEach, describe, expect, test, vi } from 'vitest'
import { runs } from './index.ts'

describe('runs', () => {
  afterEach(() => vi.unstubAllEnvs())

  test('is the small number in every run, the large one in a soak', () => {
    vi.stubEnv('SOAK', '')
    expect(runs({ ci: 10, soak: 1_000 })).toBe(10)
    vi.stubEnv('SOAK', '1')
    expect(runs({ ci: 10, soak: 1_000 })).toBe(1_000)
  })

  test.each([0, -1, 1.5, Number.NaN])('refuses %s, which would try nothing', (ci) => {
    vi.stubEnv('SOAK', '')
    expect(() => runs({ ci, soak: 1 })).toThrow('from 1')
  })
})
