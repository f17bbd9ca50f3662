import { describe, expect, test } from 'vitest'
import { serviceName } from './service-name.js'

describe('serviceName', () => {
  test.each(['shop', '7-shops', 'a.b_c', 'x'.repeat(214)])('takes %s', (name) => {
    expect(serviceName(`/srv/${name}`)).toBe(name)
  })

  test.each([
    ['Shop', 'must be lower-case letters, digits'],
    ['.shop', 'must be lower-case letters, digits'],
    ['-shop', 'must be lower-case letters, digits'],
    ['my shop', 'must be lower-case letters, digits'],
    ['café', 'must be lower-case letters, digits'],
    ['x'.repeat(215), 'has more than 214 characters'],
    ['node_modules', 'is a name that is taken'],
    ['http', 'is a name that is taken'],
  ])('refuses "%s"', (name, problem) => {
    expect(() => serviceName(`/srv/${name}`)).toThrow(`"${name}" ${problem}`)
  })

  test('refuses the root of a disk', () => {
    expect(() => serviceName('/')).toThrow('"" must be lower-case letters')
  })
})
