import { Gateway } from './gateway.ts'
import { Ledger } from './ledger.ts'

/** The gateway as a process: `GATEWAY_PORT` (0 takes a free one) and `LEDGER`, the file of its books. */
const { GATEWAY_PORT = '0', LEDGER } = process.env
const url = await new Gateway(new Ledger(LEDGER)).listen(Number(GATEWAY_PORT))

if (process.send === undefined) {
  console.log(`The payment gateway answers at ${url}.`)
} else {
  // It belongs to the service that started it, and outlives a Ctrl-C meant for both until that one needs it no more.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  process.once('disconnect', () => process.exit())
  process.send({ url })
}
