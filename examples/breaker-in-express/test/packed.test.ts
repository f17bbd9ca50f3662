import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type NodeVersion, startProgram, withExample } from '@base-internal/tools/consumer'
import { expect, onTestFinished, test } from 'vitest'

/** A price server that is down or up, and counts who asks. */
async function priceServer() {
  const state = { status: 200, asked: 0, hangs: false }
  const server = createServer((_, response) => {
    state.asked++
    if (state.hangs) return
    response.writeHead(state.status).end(state.status === 200 ? '{"cents":120}' : '{"error":"no price"}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close().closeAllConnections())
  return { state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test.for<NodeVersion>(['22', '24', '26'])(
  'out of tarballs, on Node %s, it stops calling what is down, says when to come again, and recovers',
  { timeout: 300_000 },
  (node) =>
    withExample(join(import.meta.dirname, '..'), async (project) => {
      const { state, url } = await priceServer()
      const pear = await startProgram(project, {
        node,
        file: 'src/main.ts',
        env: { PORT: '0', PRICES_URL: url },
      })
      expect(await (await fetch(pear)).json()).toEqual({ cents: 120 })
      state.status = 404
      expect((await fetch(pear)).status).toBe(404)

      const { asked: before } = state
      expect((await fetch(new URL('..%2Fadmin', pear))).status).toBe(404)
      expect((await fetch(new URL('%E0%A4%A', pear))).status).toBe(400)
      expect(state.asked).toBe(before)

      state.status = 400
      for (let call = 1; call <= 3; call++) expect((await fetch(pear)).status).toBe(502)
      state.hangs = true
      expect((await fetch(pear)).status).toBe(502)
      state.hangs = false
      state.status = 200
      expect((await fetch(pear)).status).toBe(200)

      for (const status of [403, 500, 503]) {
        state.status = status
        expect((await fetch(pear)).status).toBe(502)
      }
      const { asked } = state
      const refused = await fetch(pear)
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2'])
      expect(state.asked).toBe(asked)

      state.status = 200
      await expect.poll(async () => (await fetch(pear)).status).toBe(200)
    }),
)
