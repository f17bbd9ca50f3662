import { UnavailableError } from '@base/core/errors'
import { expect, test } from 'vitest'
import { isElsewhere, untilServed } from './until-served.js'
import { Attempt, within } from './within.js'

const patience = 60_000

/** As clients make it of a reply. */
function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' })
}

/** A command that rejects with each of these, and then resolves; and how often it was sent. */
function refusing(...errors: readonly Error[]) {
  const left = [...errors]
  const sent = { times: 0 }
  const send = async () => {
    sent.times++
    const error = left.shift()
    if (error !== undefined) throw error
    return 'served'
  }
  return { sent, send }
}

test.each([
  'MOVED 1 127.0.0.1:7001',
  'ASK 1 127.0.0.1:7001',
  'TRYAGAIN Multiple keys request during rehashing of slot',
  'CLUSTERDOWN Hash slot not served',
])('sends again what was answered %s, for nothing was done', async (message) => {
  const { sent, send } = refusing(...Array.from({ length: 3 }, () => reply(message)))
  await expect(within(patience, undefined, (attempt) => untilServed(attempt, send))).resolves.toBe('served')
  expect(sent.times).toBe(4)
})

test.each([
  ['ioredis', 'Too many Cluster redirections. Last error: ReplyError: MOVED 1 127.0.0.1:7001'],
  ['redis 6', 'Too many Cluster redirections'],
  ['redis, which was led to a node that it cannot find', 'Cannot find node 127.0.0.1:7001'],
])('goes on where %s gave up', async (_, message) => {
  const { sent, send } = refusing(new Error(message))
  await expect(within(patience, undefined, (attempt) => untilServed(attempt, send))).resolves.toBe('served')
  expect(sent.times).toBe(2)
})

test.each([
  ['a refusal that no waiting mends', reply('WRONGTYPE Operation against a key')],
  ['a server without memory', reply('OOM command not allowed')],
  ['a connection that is gone: it may have run', new Error('Connection is closed.')],
  [
    'redirections of which one was a connection that is gone',
    new Error('Too many Cluster redirections. Last error: Error: Connection is closed.'),
  ],
])('sends once what rejects with %s', async (_, error) => {
  const { sent, send } = refusing(error)
  await expect(untilServed(new Attempt(), send)).rejects.toBe(error)
  expect(sent.times).toBe(1)
})

test('what only says the word is no such reply', () => {
  expect(isElsewhere(new Error('MOVED 1 127.0.0.1:7001'))).toBe(false)
  expect(isElsewhere('MOVED')).toBe(false)
})

test('ends with its caller, who learns that nothing was done, and sends no more', async () => {
  let times = 0
  const send = async () => {
    times++
    throw reply('TRYAGAIN')
  }
  const error = await within(50, undefined, (attempt) => untilServed(attempt, send)).catch(
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(UnavailableError)
  expect(error).toMatchObject({ details: { outcome: 'not_done' } })
  const before = times
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(times).toBe(before)
})
