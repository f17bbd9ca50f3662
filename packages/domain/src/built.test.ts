import * as built from '@base/domain'
import { describe, expect, test } from 'vitest'

const classes = Object.entries(built).filter(
  ([, value]) => typeof value === 'function' && /^class\b/.test(String(value)),
)

describe('the built package', () => {
  test('has classes', () => {
    expect(classes.map(([name]) => name)).toContain('Money')
  })

  // A bundler may rename a class; its name is what is printed of its instances.
  test.each(classes)('calls the class %s by its name', (name, value) => {
    expect((value as { name: string }).name).toBe(name)
  })
})
