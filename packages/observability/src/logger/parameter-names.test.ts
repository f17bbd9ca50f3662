import { expect, test, vi } from 'vitest'
import { ParameterNames } from './parameter-names.js'

test('a name is asked for once, also after a text with more names than ever come again', () => {
  const rules = vi.fn((name: string) => name === 'token')
  const names = new ParameterNames(rules)
  const ask = (...all: readonly string[]) => all.map(names.forText())
  expect(ask('page', 'token')).toEqual([false, true])
  ask(...Array.from({ length: 5_000 }, (_, index) => `k${index}`))
  rules.mockClear()
  expect(ask('page', 'token', 'k0')).toEqual([false, true, false])
  expect(rules).not.toHaveBeenCalled()
  ask('k4000')
  expect(rules).toHaveBeenCalledOnce()
})
