import { expect, test } from 'vitest'
import { goFloat } from './go-float.js'

/** As OpenMetrics lists them, and as Go prints them. */
test.each([
  [0, '0.0', '0'],
  [-0, '0.0', '0'],
  [0.00001, '1e-05', '1e-05'],
  [0.0001, '0.0001', '0.0001'],
  [0.001, '0.001', '0.001'],
  [0.005, '0.005', '0.005'],
  [0.1, '0.1', '0.1'],
  [1, '1.0', '1'],
  [2.5, '2.5', '2.5'],
  [10, '10.0', '10'],
  [100_000, '100000.0', '100000'],
  [1_000_000, '1e+06', '1e+06'],
  [1_234_567, '1.234567e+06', '1.234567e+06'],
  [1e10, '1e+10', '1e+10'],
  [1.5e-7, '1.5e-07', '1.5e-07'],
  [1e100, '1e+100', '1e+100'],
])('%d is %s in OpenMetrics, and %s in text', (value, open, text) => {
  expect([goFloat(value, true), goFloat(value, false)]).toEqual([open, text])
})
