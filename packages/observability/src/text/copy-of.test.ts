import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { correlationId, runInContext, tenantId } from '@base/core/context'
import { describe, expect, test } from 'vitest'
import { createLogger } from '../logger/index.js'
import { createMetrics } from '../metrics/index.js'
import { copyOf, ownText } from './copy-of.js'

const LARGE = 1_000_000

/** Bytes in use once all garbage is gone. */
function used(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test.each([
  '',
  'a',
  '200',
  '4294967295',
  '-0',
  '__proto__',
  'constructor',
  'é\u{1f600}\ud800',
  'x'.repeat(5_000),
])('a copy is the same text: %#', (text) => {
  expect([copyOf(text), ownText(text)]).toEqual([text, text])
})

describe('what is remembered of a large text does not keep the whole of it', () => {
  const logger = createLogger({ service: 'a', destination: { write() {} } })
  const metrics = createMetrics()
  const counter = metrics.counter('orders')
  const buffering = createLogger({ service: 'a', buffer: {}, destination: { write() {} } })
  const kept: unknown[] = [logger, metrics, buffering]
  let requests = 0
  const inRequest = (log: () => void, id = `${requests++}`) => runInContext([[correlationId, id]], log)

  test.each<[string, (part: string) => unknown]>([
    ['the name in a pair', (part) => logger.info({ pairs: [[part, 1]] })],
    ['the name of a parameter', (part) => logger.info({ query: `?${part}=1` })],
    ['a label', (part) => counter.add(1, { kind: part })],
    ['a label by another spelling', (part) => counter.add(1, { kind: part, none: undefined })],
    ['a text of a line that is kept', (part) => inRequest(() => buffering.debug({ part }, 'm'))],
    [
      'a text of one that is written at once',
      (part) => inRequest(() => buffering.debug({ part, within: {} }, part)),
    ],
    ['the message of one', (part) => inRequest(() => buffering.debug(part))],
    ['a part of the message of one', (part) => inRequest(() => buffering.debug(`got ${part}`))],
    ['what a child says in one', (part) => inRequest(() => buffering.child({ part }).debug('m'))],
    ['the request of one', (part) => inRequest(() => buffering.debug('m'), part)],
    [
      'the tenant of one',
      (part) => runInContext([[tenantId, part]], () => inRequest(() => buffering.debug('m'))),
    ],
    ['a child', (part) => kept.push(logger.child({ part }))],
    ['an id that is cut', (part) => runInContext([[correlationId, part.repeat(20)]], () => logger.info('a'))],
  ])('%s', (name, remember) => {
    const before = used()
    for (let index = 0; index < 30; index++) {
      const text = Buffer.alloc(LARGE, `${index} ${name} `).toString('latin1')
      remember(text.slice(0, 40))
    }
    expect(used() - before).toBeLessThan(10 * LARGE)
    expect(kept.slice(0, 3)).toEqual([logger, metrics, buffering])
  })
})
