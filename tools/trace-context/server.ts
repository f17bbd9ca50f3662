import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { type Context, context, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { TracerProvider } from '@opentelemetry/sdk-trace'

/** What the suite asks for: a request to each of these, with these instructions. */
type Instructions = readonly { readonly url: string; readonly arguments: Instructions }[]

/** The part of `@base/observability/tracing` that is put to the test, as it was built. */
interface Tracing {
  readonly tracecontext: {
    extract(headers: string[]): Context
    inject(headers: Headers): Headers
  }
}

const BUILT = new URL('../../packages/observability/dist/tracing/index.js', import.meta.url)
const { tracecontext } = (await import(BUILT.href)) as Tracing

context.setGlobalContextManager(new AsyncLocalStorageContextManager())
const tracer: Tracer = new TracerProvider().getTracer('trace-context')

/** A span for the request, and one for each that goes out, as a service under OpenTelemetry's SDK has them. */
async function answer(request: IncomingMessage): Promise<void> {
  const instructions = (await json(request)) as Instructions
  await context.with(tracecontext.extract(request.rawHeaders), () =>
    tracer.startActiveSpan('request', async (span) => {
      for (const instruction of instructions) await send(instruction)
      span.end()
    }),
  )
}

function send({ url, arguments: body }: Instructions[number]): Promise<void> {
  return tracer.startActiveSpan('send', async (span) => {
    const headers = tracecontext.inject(new Headers({ 'content-type': 'application/json' }))
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    await response.arrayBuffer()
    span.end()
  })
}

const server = createServer((request, response) => {
  answer(request).then(
    () => response.end('{}'),
    (error: unknown) => response.writeHead(500).end(String(error)),
  )
})
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/test`)
})
