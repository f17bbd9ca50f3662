import { monitorEventLoopDelay } from 'node:perf_hooks'
import { argon2id, createPasswords, nodeArgon2, nodeRsArgon2, type Passwords } from '@base/auth/passwords'
import { bench } from '@base-internal/tools/bench'
import * as rs from '@node-rs/argon2'
import argon2 from 'argon2'
import bcrypt from 'bcrypt'

const PASSWORD = 'correct horse battery staple'
/** What the issue of the blocks promises: sign-ins that wait, and the delay that others feel meanwhile. */
const WAITING = 200
const PROMISED_DELAY = 20

const ours = createPasswords({ kdf: nodeRsArgon2() })
const byArgon2 = createPasswords({ kdf: argon2id() })
const byNode = createPasswords({ kdf: nodeArgon2() })
const stored = await ours.hash(PASSWORD)
const bcryptStored = await bcrypt.hash(PASSWORD, 10)
const password = (index: number) => (index % 2 ? PASSWORD : 'wrong')

await bench({
  name: '@base/auth/passwords',
  ours: '@base/auth, nodeRsArgon2',
  workloads: {
    'verify, 46 MiB, one pass': {
      contestants: {
        '@base/auth, nodeRsArgon2': async (index) => (await ours.verify(password(index), stored)).ok,
        '@base/auth, argon2id': async (index) => (await byArgon2.verify(password(index), stored)).ok,
        '@base/auth, nodeArgon2': async (index) => (await byNode.verify(password(index), stored)).ok,
        '@node-rs/argon2': (index) => rs.verify(stored, password(index)),
        argon2: (index) => argon2.verify(stored, password(index)),
        'bcrypt, cost 10': (index) => bcrypt.compare(password(index), bcryptStored),
      },
    },
    'verify, a user who does not exist': {
      contestants: {
        '@base/auth, nodeRsArgon2': async (index) => (await ours.verify(password(index), undefined)).ok,
        '@base/auth, argon2id': async (index) => (await byArgon2.verify(password(index), undefined)).ok,
      },
    },
  },
})

for (const [kdf, passwords] of [
  ['argon2id, the default', byArgon2],
  ['nodeRsArgon2', ours],
] as const) {
  const delay = await delayWhileWaiting(passwords)
  console.log(`Event-loop delay with ${WAITING} sign-ins waiting, ${kdf}: p99 ${delay.toFixed(1)} ms.`)
  if (process.env['BENCH_SMOKE'] === '1' || delay < PROMISED_DELAY) continue
  console.error(`The promise is below ${PROMISED_DELAY} ms.`)
  process.exitCode = 1
}

/** The 99th percentile, in milliseconds; a timer of a millisecond is late by that. */
async function delayWhileWaiting(passwords: Passwords): Promise<number> {
  const count = process.env['BENCH_SMOKE'] === '1' ? 10 : WAITING
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  const answers = await Promise.all(
    Array.from({ length: count }, (_, index) => passwords.verify(password(index), stored)),
  )
  histogram.disable()
  if (answers.filter(({ ok }) => ok).length !== count / 2)
    throw new Error('Half of them have the right password.')
  return histogram.percentile(99) / 1e6
}
