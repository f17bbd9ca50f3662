import { expect, test, vi } from 'vitest'
import { memoryCacheBus } from './index.js'

test.each([
  [
    'throws',
    () => {
      throw new Error('deaf')
    },
  ],
  [
    'rejects',
    async () => {
      throw new Error('deaf')
    },
  ],
])(
  'a subscriber that %s is told to the operator, and keeps the message from nobody',
  async (_, deaf: () => unknown) => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const heard: string[] = []
    const bus = memoryCacheBus()
    await bus.subscribe(deaf)
    await bus.subscribe((message) => void heard.push(message))
    await bus.publish('a')
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toEqual(['a'])
    expect(warned.mock.calls.map(([text]) => text)).toEqual([
      '@base/cache memoryCacheBus: a subscriber threw: Error: deaf',
    ])
    warned.mockRestore()
  },
)
