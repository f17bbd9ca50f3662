import * as built from '@base/core'
import { describe, expect, test } from 'vitest'

const classes = Object.entries(built).filter(
  ([, value]) => typeof value === 'function' && /^class\b/.test(String(value)),
)

describe('the built package', () => {
  test('has classes', () => {
    expect(classes.map(([name]) => name)).toContain('AppError')
  })

  // A bundler may rename a class; the name of an error is the name of its class.
  test.each(classes)('calls the class %s by its name', (name, value) => {
    expect((value as { name: string }).name).toBe(name)
  })
})
