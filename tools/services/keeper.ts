import { createInterface } from 'node:readline'
import type { Address, ServerRequest } from './kinds.ts'
import { messageOf } from './message-of.ts'
import { Server } from './server.ts'

/**
 * `node keeper.ts <request as JSON>`: makes and runs one server for the process that holds the other end of its
 * standard input, and removes it when that end closes, however that process ended. Answers each line, `start`, `stop`,
 * `restart`, `kill`, `pause` or `resume`, with a line of JSON; the first answer comes unasked and is the address.
 */
const PORT_TAKEN = /address already in use|eaddrinuse/i
const request = JSON.parse(process.argv[2] ?? '') as ServerRequest
let server: Server | undefined
let ending = false

process.stdout.on('error', () => end())
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end())
process.on('uncaughtException', (error) => {
  console.error(error)
  end()
})

let queue = answer(() => launch(3))
const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  queue = queue.then(() => answer(() => obey(line)))
})
lines.on('close', () => end())

/** Someone may take a port between our look and the server's: then all is made anew, with others. */
async function launch(tries: number): Promise<Address> {
  server = await Server.create(request)
  // The end came while there was nothing to remove.
  if (ending) await server.remove()
  try {
    await server.prepare()
    await server.start()
    return server.address
  } catch (error) {
    await server.remove()
    if (ending || tries === 1 || !PORT_TAKEN.test(messageOf(error))) throw error
    return launch(tries - 1)
  }
}

async function obey(command: string): Promise<undefined> {
  if (server === undefined) throw new Error('The server was never started.')
  if (command === 'stop' || command === 'restart') await server.stop()
  if (command === 'kill') await server.kill()
  if (command === 'pause') server.pause()
  if (command === 'resume') server.resume()
  if (command === 'start' || command === 'restart') await server.start()
}

async function answer(work: () => Promise<Address | undefined>): Promise<void> {
  const said = await work().then(
    (address) => ({ address }),
    (error: unknown) => ({ error: messageOf(error) }),
  )
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

async function end(): Promise<void> {
  if (ending) return
  ending = true
  await server?.remove()
  // What is still under way finds that its server has been removed.
  await queue
  process.exit(0)
}
