import { request } from 'node:http'
import { deferred } from '@base-internal/tools/deferred'
import pino from 'pino'
import { expect, test } from 'vitest'
import { createApp } from './app.ts'
import { stopServing } from './stop.ts'

test('a stop waits for what is done for a caller who has gone', async () => {
  const app = createApp(pino({ level: 'silent' }))
  const stop = stopServing(app)
  const [asked, work] = [deferred(), deferred()]
  const told: string[] = []
  app.get('/slow', async () => {
    asked.resolve()
    await work.promise
    told.push('done')
    return {}
  })
  const caller = request(`${await app.listen({ port: 0 })}/slow`).end()
  caller.on('error', () => {})
  await asked.promise
  const gone = new Promise((resolve) => caller.on('close', resolve))
  caller.destroy()
  await gone
  const stopped = stop(new AbortController().signal).then(() => told.push('stopped'))
  await expect.poll(() => app.server.listening).toBe(false)
  work.resolve()
  await stopped

  expect(told).toEqual(['done', 'stopped'])
})
