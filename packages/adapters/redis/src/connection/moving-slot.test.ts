import { UnavailableError } from '@base/core/errors'
import {
  askRedis,
  describeWithPrivateService,
  type Line,
  lineTo,
  type PrivateServer,
} from '@base-internal/tools/services'
import { describe, expect, test } from 'vitest'
import { CLUSTER_CLIENTS } from '../test-clients.js'
import { clusterOfTests, nodesSeenBy } from '../test-cluster.js'
import { beginToMove, type MovingSlot } from '../test-slot.js'
import { connect } from './connect.js'
import { runScript, script } from './script.js'

const kinds = Object.keys(CLUSTER_CLIENTS) as (keyof typeof CLUSTER_CLIENTS)[]
const patient = { timeout: 60_000 }
/** Lies on the last node. */
const LAST = '{tail}'
/** More often than any client follows redirections. */
const MANY = 17

/** Whether keys are there, and one more to the first. */
const look = (comment: string) =>
  script(`-- ${comment}
  local there = redis.call('EXISTS', unpack(KEYS))
  redis.call('INCR', KEYS[1])
  return there`)

describeWithPrivateService('redis', {}, () => {
  const cluster = clusterOfTests()

  /** Until the nodes have refused so often more. */
  const refused = async (slot: MovingSlot, reply: string, times: number) => {
    const before = await slot.refusals(reply)
    await expect.poll(() => slot.refusals(reply), patient).toBeGreaterThanOrEqual(before + times)
  }

  describe.each(kinds)('%s and a slot on its way', (kind) => {
    const open = async () => {
      const opened = await CLUSTER_CLIENTS[kind](cluster().urls)
      return {
        connection: connect(opened.client, 'test'),
        [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
      }
    }

    test('a script whose keys are partly there waits until the slot is whole, and runs once', async () => {
      await using opened = await open()
      const { connection } = opened
      const [one, other] = [`{half ${kind}}:1`, `{half ${kind}}:2`] as const
      for (const key of [one, other]) await connection.send(['SET', key, '1'], { ...patient, key })
      await using slot = await beginToMove(one, cluster().urls)
      await slot.carry(one)
      const answers = [false, true].map((once) =>
        runScript(connection, look('half'), [one, other], [], { ...patient, once }),
      )
      await refused(slot, 'TRYAGAIN', MANY)
      expect(await connection.send(['GET', one], { ...patient, key: one })).toEqual(Buffer.from('1'))
      await slot.carry()
      await slot.finish()
      expect(await Promise.all(answers)).toEqual([2, 2])
      expect(await connection.send(['GET', one], { ...patient, key: one })).toEqual(Buffer.from('3'))
    })

    test('a script with a key that was never written waits too, on either side', async () => {
      await using opened = await open()
      const { connection } = opened
      const keys = [`{new ${kind}}:1`, `{new ${kind}}:2`] as const
      await connection.send(['SET', keys[0], '1'], { ...patient, key: keys[0] })
      await using slot = await beginToMove(keys[0], cluster().urls)
      const before = runScript(connection, look('new'), keys, [], patient)
      await refused(slot, 'TRYAGAIN', 2)
      await slot.carry()
      const after = runScript(connection, look('new'), keys, [], patient)
      await refused(slot, 'TRYAGAIN', 2)
      await slot.finish()
      expect(await Promise.all([before, after])).toEqual([1, 1])
    })

    test('keys that have all gone ahead are asked for there, also by a script that is not known there', async () => {
      await using opened = await open()
      const { connection } = opened
      const key = `ahead ${kind}`
      await connection.send(['SET', key, '1'], { ...patient, key })
      await using slot = await beginToMove(key, cluster().urls)
      await slot.carry()
      const known = await slot.refusals('ASK')
      expect(await runScript(connection, look(`ahead ${kind}`), [key], [], patient)).toBe(1)
      const many = Array.from({ length: 20 }, () => runScript(connection, look('many'), [key], [], patient))
      expect(await Promise.all(many)).toEqual(many.map(() => 1))
      expect(await slot.refusals('ASK')).toBeGreaterThan(known)
      await slot.finish()
      expect(await connection.send(['GET', key], { ...patient, key })).toEqual(Buffer.from('22'))
    })

    test('a script waits no longer than its caller, and is not run later', async () => {
      await using opened = await open()
      const { connection } = opened
      const [one, other] = [`{late ${kind}}:1`, `{late ${kind}}:2`] as const
      for (const key of [one, other]) await connection.send(['SET', key, '1'], { ...patient, key })
      await using slot = await beginToMove(one, cluster().urls)
      await slot.carry(one)
      const error = await runScript(connection, look('late'), [one, other], [], { timeout: 300 }).catch(
        (error: unknown) => error,
      )
      expect(error).toBeInstanceOf(UnavailableError)
      const gone = new AbortController()
      const aborted = runScript(connection, look('late'), [one, other], [], {
        ...patient,
        signal: gone.signal,
      })
      await refused(slot, 'TRYAGAIN', 1)
      gone.abort('enough')
      await expect(aborted).rejects.toBe('enough')
      await slot.carry()
      await slot.finish()
      expect(await runScript(connection, look('late'), [one, other], [], patient)).toBe(2)
      expect(await connection.send(['GET', one], { ...patient, key: one })).toEqual(Buffer.from('2'))
    })

    test('a command to a node that is away is not run once it is back', async () => {
      const node = cluster().nodes[2] as PrivateServer
      await using line = await lineTo(node.url)
      await using _ = await announced(node, line, cluster().urls)
      await using opened = await open()
      const { connection } = opened
      const key = `${LAST} ${kind}`
      await connection.send(['SET', key, '1'], { ...patient, key })
      line.leadTo('redis://127.0.0.1:9')
      line.reset()
      for (const once of [true, false])
        await expect(connection.send(['INCR', key], { timeout: 300, key, once })).rejects.toMatchObject({
          code: 'REDIS_UNAVAILABLE',
        })
      line.leadTo(node.url)
      // Sent after whatever waits in the client's queue for that node.
      await expect
        .poll(
          () => connection.send(['GET', key], { timeout: 1_000, key }).then(String, () => 'away'),
          patient,
        )
        .toBe('1')
    })
  })
})

/** Leads clients to a node of a cluster by way of a line, until it is disposed of. */
async function announced(node: PrivateServer, line: Line, urls: readonly string[]): Promise<AsyncDisposable> {
  const announce = async (port: string, seen: string) => {
    await askRedis(node.url, ['CONFIG', 'SET', 'cluster-announce-port', port])
    for (const url of urls) await expect.poll(() => nodesSeenBy(url), patient).toContain(`:${seen}@`)
  }
  const own = new URL(node.url).port
  await announce(new URL(line.url).port, new URL(line.url).port)
  return { [Symbol.asyncDispose]: () => announce('0', own) }
}
