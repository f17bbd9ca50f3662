import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { isAbortSignal } from './index.js'

test.each([
  ['a signal', new AbortController().signal],
  ['one that has aborted', AbortSignal.abort()],
  ['one that times out', AbortSignal.timeout(1)],
  [
    'one of another realm',
    runInNewContext('({ aborted: false, addEventListener() {}, removeEventListener() {} })'),
  ],
])('%s is a signal', (_, value) => {
  expect(isAbortSignal(value)).toBe(true)
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'aborted'],
  ['a controller', new AbortController()],
  ['another target of events', new EventTarget()],
  ['an object that says it', { aborted: true }],
])('%s is none', (_, value) => {
  expect(isAbortSignal(value)).toBe(false)
})
