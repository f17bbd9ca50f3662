import { describe, expect, test } from 'vitest'
import { parseOpenMetrics } from './fixtures/open-metrics.js'
import { maySkip, openMetricsFixtures } from './fixtures/vectors.js'

const fixtures = openMetricsFixtures()

/** The judge of the other tests is judged first. */
describe('what judges the endpoint', () => {
  test.runIf(fixtures.length > 0 || !maySkip)('has all 211 fixtures of the OpenMetrics project', () => {
    expect(fixtures.length).toBe(211)
  })

  test.each(fixtures)('$name', ({ text, shouldParse }) => {
    if (shouldParse) expect(() => parseOpenMetrics(text)).not.toThrow()
    else expect(() => parseOpenMetrics(text)).toThrow()
  })

  // What no fixture says, and Prometheus does not take.
  test('refuses the same series twice', () => {
    expect(() => parseOpenMetrics('# TYPE a counter\na_total 1\na_total 1\n# EOF\n')).toThrow('twice')
  })
})
