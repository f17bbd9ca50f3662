import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Consumer, type NodeVersion, nodeBinary, withExample } from '@base-internal/tools/consumer'
import { promtool, promtoolMissing } from '@base-internal/tools/promtool'
import { expect, onTestFinished, test } from 'vitest'

type Line = Readonly<Record<string, unknown>>

interface Service {
  readonly url: string
  /** What it has printed so far. */
  readonly lines: readonly Line[]
  readonly child: ChildProcess
}

async function start({ folder }: Consumer, node: NodeVersion): Promise<Service> {
  const child = spawn(nodeBinary(node), ['src/main.ts'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: Line[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => lines.push(JSON.parse(line)))
  await once(reader, 'line')
  return { url: String(lines[0]?.['msg']), lines, child }
}

function post(url: string, body: object | string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

/** What the line and the answer of one request have alike. */
async function placeOrder({ url, lines }: Service, headers: Record<string, string>) {
  const before = lines.length
  const answer = await post(
    `${url}/orders`,
    { id: 7, password: 'hunter2', note: 'Bearer abc.def.ghi' },
    headers,
  )
  // The access line comes after the answer.
  await expect.poll(() => lines.slice(before).some(({ msg }) => msg === 'request completed')).toBe(true)
  const own = lines.slice(before)
  const ids = new Set(own.map(({ correlationId }) => correlationId))
  return { answer, own, ids: [...ids], sent: answer.headers.get('x-correlation-id') }
}

test.for<NodeVersion>(['22', '24', '26'])(
  'out of tarballs, on Node %s, it logs by request without secrets, answers probes, shows metrics, and loses no line',
  { timeout: 300_000 },
  (node) =>
    withExample(join(import.meta.dirname, '..'), async (project) => {
      const service = await start(project, node)
      const { url, lines, child } = service

      const given = await placeOrder(service, {
        'x-correlation-id': 'from-the-caller',
        authorization: 'Bearer abc',
      })
      expect([given.sent, given.ids]).toEqual(['from-the-caller', ['from-the-caller']])
      expect(given.own.find(({ msg }) => msg === 'order placed')).toMatchObject({
        order: { id: 7, password: '[Redacted]' },
      })
      const made = await placeOrder(service, { 'x-correlation-id': 'not one: {}' })
      expect([made.ids, made.sent]).toEqual([[made.sent], expect.stringMatching(/^[\da-f-]{36}$/)])
      expect(JSON.stringify(lines)).not.toMatch(/hunter2|abc/)

      const probe = async (group: string) => {
        const answer = await fetch(`${url}/${group}`)
        return [answer.status, await answer.json()]
      }
      for (const group of ['live', 'ready', 'startup'])
        expect(await probe(group)).toEqual([200, { status: 'pass' }])
      await post(`${url}/stock`, 'down')
      expect(await probe('ready')).toEqual([503, { status: 'fail' }])
      expect(await probe('live')).toEqual([200, { status: 'pass' }])

      const scraped = await (await fetch(`${url}/metrics`)).text()
      expect(scraped).toContain(
        'http_server_request_duration_seconds_count{http_request_method="POST",http_response_status_code="201",http_route="/orders"} 2',
      )
      // Without promtool it is not judged; in CI it has to be there.
      if (process.env['CI'] === 'true' || promtoolMissing() === undefined)
        expect(promtool(['check', 'metrics'], { input: scraped })).toEqual({ status: 0, said: '' })

      const last = placeOrder(service, {})
      await last
      child.kill('SIGTERM')
      const [code] = await once(child, 'exit')
      expect(code).toBe(0)
      expect(lines.filter(({ msg }) => msg === 'order placed')).toHaveLength(3)
    }),
)
