import { describeWithPrivateService } from '@base-internal/tools/services'
import { expect, test } from 'vitest'
import { CLUSTER_CLIENTS } from '../test-clients.js'
import { clusterOfTests } from '../test-cluster.js'
import { moveSlotOf } from '../test-slot.js'
import { EVERYTHING, TestStores } from './test-stores.js'

const kinds = Object.keys(CLUSTER_CLIENTS) as (keyof typeof CLUSTER_CLIENTS)[]
/** For what nothing is to end: a machine may be busy. */
const patient = { timeout: '60s' } as const

describeWithPrivateService('redis', {}, () => {
  const cluster = clusterOfTests()

  test.each(kinds)(
    'a slot is moved while a family in it rotates: each token is replaced, and none is unknown or counts as stolen, on %s',
    async (kind) => {
      await using opened = await CLUSTER_CLIENTS[kind](cluster().urls)
      const stores = new TestStores(opened.client, { prefix: kind, ...patient })
      await stores.keep('moves')
      const moving = new AbortController()
      const name = (of: number) => (of === 0 ? 'moves' : `moves ${of}`)
      const statuses: string[] = []
      const rotate = async () => {
        const generation = statuses.length
        statuses.push(await stores.rotate('moves', name(generation), name(generation + 1)))
      }
      const using = (async () => {
        while (!moving.signal.aborted) await rotate()
      })()
      for (let round = 0; round < 4; round++) await moveSlotOf(`${kind}:refresh:{moves}`, cluster().urls)
      moving.abort()
      await using
      await rotate()
      expect(statuses).toEqual(statuses.map(() => 'rotated'))
      expect(await stores.known('moves')).toEqual({ ...EVERYTHING, family: 'rotated' })
    },
  )
})
