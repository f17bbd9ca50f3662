import { expect, test } from 'vitest'
import { Ends } from './ends.js'

test('what is over is forgotten when the next one comes', () => {
  const ends = new Ends()
  ends.set('ann', 900, 0)
  ends.set('bob', 1_000, 100)
  ends.set('ann', 1_100, 200)
  ends.set('cid', 1_900, 1_000)
  expect([ends.size, ends.get('ann'), ends.get('bob'), ends.get('cid')]).toEqual([2, 1_100, undefined, 1_900])
})

test('what is taken is told of once, and not after its end', () => {
  const ends = new Ends()
  ends.set('ann', 900, 0)
  expect([ends.take('ann', 899), ends.take('ann', 899), ends.size]).toEqual([true, false, 0])
  ends.set('ann', 900, 0)
  expect([ends.take('ann', 900), ends.size]).toEqual([false, 0])
})
