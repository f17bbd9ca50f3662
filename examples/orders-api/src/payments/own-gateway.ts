import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UnavailableError } from '@base/core/errors'
import type { Config } from '../config.ts'

const MAIN = fileURLToPath(new URL('../gateway/main.ts', import.meta.url))

/** A payment gateway that was started beside the service, and stops with it. */
export interface OwnGateway {
  readonly url: string
  stop(): Promise<void>
}

/** The gateway that the settings name, or one of our own, whose books lie beside our data. */
export async function openGateway({
  paymentUrl,
  dataDir,
}: Pick<Config, 'paymentUrl' | 'dataDir'>): Promise<OwnGateway> {
  if (paymentUrl !== undefined) return { url: paymentUrl.replace(/\/$/, ''), stop: async () => {} }
  return startGateway(dataDir.startsWith('memory://') ? undefined : join(dataDir, 'payments.jsonl'))
}

/** Starts a gateway at a free port, in a process of its own. @param ledger the file of its books, if they are kept. */
export async function startGateway(ledger: string | undefined): Promise<OwnGateway> {
  if (ledger !== undefined) await mkdir(dirname(ledger), { recursive: true })
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Nothing else of ours: what we keep is none of its business, nor our keys and passwords.
    env: { PATH: process.env['PATH'], GATEWAY_PORT: '0', ...(ledger !== undefined && { LEDGER: ledger }) },
  })
  const ended = once(child, 'exit')
  const [first] = await Promise.race([once(child, 'message'), ended.then(() => [])])
  if (first === undefined) throw new UnavailableError({ message: 'The payment gateway did not start.' })
  return { url: (first as { url: string }).url, stop: () => stop(child, ended) }
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.connected) child.disconnect()
  await ended
}
