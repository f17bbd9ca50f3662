import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { redisCacheBus } from './index.js'

/** A client of node-redis without a server: each answer takes some steps, and takes effect with the last. */
class FakeClient extends EventEmitter {
  readonly isOpen = true
  readonly isReady = true
  readonly #listeners = new Set<(message: string) => void>()

  /** As a message does that comes. */
  tell(message: string): void {
    for (const listener of this.#listeners) listener(message)
  }

  async sendCommand(): Promise<string> {
    await steps(3)
    return 'PONG'
  }

  async subscribe(_: string, listener: (message: string) => void): Promise<void> {
    await steps(3)
    this.#listeners.add(listener)
  }

  async unsubscribe(_: string, listener: (message: string) => void): Promise<void> {
    await steps(12)
    this.#listeners.delete(listener)
  }
}

async function steps(count: number): Promise<void> {
  for (let step = 0; step < count; step++) await null
}

test.each([
  ['leaves while another subscribes', (join: Step, leave: Step, delay: number) => [join(0), leave(delay)]],
  ['has left when another subscribes', (join: Step, leave: Step, delay: number) => [leave(0), join(delay)]],
])('the last one %s: the other one hears what comes after, whenever that is', async (_, run) => {
  for (let delay = 0; delay < 40; delay++) {
    const subscriber = new FakeClient()
    const bus = redisCacheBus(new FakeClient(), { subscriber })
    const leave = await bus.subscribe(() => {})
    const heard: string[] = []
    const join = async (after: number) => {
      await steps(after)
      await bus.subscribe((message) => heard.push(message))
    }
    await Promise.all(run(join, (after) => steps(after).then(leave), delay))
    subscriber.tell('hello')
    expect([delay, heard]).toEqual([delay, ['hello']])
  }
})

type Step = (after: number) => Promise<void>

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
    const subscriber = new FakeClient()
    const bus = redisCacheBus(new FakeClient(), { subscriber })
    const heard: string[] = []
    await bus.subscribe(deaf)
    await bus.subscribe((message) => heard.push(message))
    subscriber.tell('hello')
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toEqual(['hello'])
    expect(warned.mock.calls.map(([text]) => text)).toEqual([
      '@base/redis redisCacheBus: a subscriber threw: Error: deaf',
    ])
    warned.mockRestore()
  },
)
