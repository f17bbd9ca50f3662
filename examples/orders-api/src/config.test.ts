import { describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'

describe('the settings', () => {
  test('have defaults, also for empty variables', () => {
    const defaults = readConfig({})

    expect(defaults).toMatchObject({ port: 3000, host: '127.0.0.1', drainDelay: 0 })
    expect(defaults.dataDir).toMatch(/[\\/]examples[\\/]orders-api[\\/]data$/)
    expect(readConfig({ PORT: '', DATA_DIR: '' })).toEqual(defaults)
  })

  test('come from the environment', () => {
    const env = { PORT: '0', HOST: '0.0.0.0', DATA_DIR: 'memory://', DRAIN_DELAY: '2s', HOME: '/root' }

    expect(readConfig(env)).toEqual({ port: 0, host: '0.0.0.0', dataDir: 'memory://', drainDelay: 2_000 })
  })

  test.each(['abc', '-1', '65536', '1e3', '0x10', '80 ', '3.5'])('refuse %j as a port', (port) => {
    expect(() => readConfig({ PORT: port })).toThrow('PORT: must be a whole number from 0 to 65535')
  })

  test('name every variable that is wrong', () => {
    expect(() => readConfig({ PORT: 'x', DRAIN_DELAY: '5 s' })).toThrow(/PORT: .*DRAIN_DELAY: /)
  })
})
