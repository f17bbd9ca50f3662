import { seededRandom, TestClock } from '@base/core/testing'
import { PlainClient } from './plain-client.ts'
import { Play } from './play.ts'
import { type Caller, PriceClient } from './price-client.ts'
import { type Book, PriceServer } from './price-server.ts'
import type { Savings } from './savings.ts'
import type { Phase } from './script.ts'
import { simulatedNetwork } from './simulated-network.ts'
import type { Row } from './tally.ts'

/** What both sides have counted. */
export interface Figures {
  readonly rows: readonly Row[]
  readonly total: Row
  /** What the server has to say. */
  readonly book: Book
}

/** How things stand at some time of a play. */
export interface Scene extends Figures {
  /** Milliseconds since the beginning. */
  readonly time: number
  readonly circuit: string
  readonly savings: Savings
}

/** What is shown in between: a play stands still until it resolves. */
export type Watch = (scene: Scene) => void | Promise<void>

const URL_OF_SERVER = 'http://prices.test'
/** How often it is looked at, in simulated milliseconds. */
const STEP = 250

/**
 * Plays a script in a time of its own. Clock, network and chance are simulated, so the same seed gives the same numbers
 * on every machine, as fast as it can compute them.
 */
export async function simulate(seed: number, script: readonly Phase[], watch?: Watch): Promise<Scene> {
  const { clock, server, random } = world(seed)
  const caller = new PriceClient({ url: URL_OF_SERVER, fetch: simulatedNetwork(server), clock, random })
  const play = new Play({ clock, server, caller }, script)
  const began = clock.monotonic()
  const scene = (): Scene => ({
    time: clock.monotonic() - began,
    circuit: caller.circuit,
    ...figures(play, server),
    savings: caller.savings,
  })
  await passTime(clock, play, () => watch?.(scene()))
  clock.assertIdle()
  return scene()
}

/** The same story for who has no policy. */
export async function simulatePlainly(seed: number, script: readonly Phase[]): Promise<Figures> {
  const { clock, server } = world(seed)
  const caller: Caller = new PlainClient(URL_OF_SERVER, simulatedNetwork(server), clock)
  const play = new Play({ clock, server, caller }, script)
  await passTime(clock, play, () => {})
  return figures(play, server)
}

function figures({ rows, total }: Play, { book }: PriceServer): Figures {
  return { rows, total, book }
}

function world(seed: number) {
  const clock = new TestClock()
  const draw = seededRandom(seed)
  // One each, so that a change of the client does not make another server.
  const fork = () => seededRandom(Math.floor(draw() * 2 ** 32))
  return { clock, server: new PriceServer(clock, fork()), random: fork() }
}

async function passTime(clock: TestClock, play: Play, look: () => void | Promise<void>): Promise<void> {
  let isOver = false
  const run = play.run().finally(() => {
    isOver = true
  })
  run.catch(() => {})
  while (!isOver) {
    await clock.advance(STEP)
    await look()
  }
  await run
}
