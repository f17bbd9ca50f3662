import type { Clock } from '@base/core/clock'
import { test } from 'vitest'
import { markCreated, type Timestamped } from './index.js'

test('who does it, and the clock, may be missing', () => {
  markCreated({} as Timestamped, {
    by: undefined as string | undefined,
    clock: undefined as Clock | undefined,
  })
})
