import { createHash, randomBytes } from 'node:crypto'
import {
  createKeyRing,
  createRefreshService,
  createTokenService,
  type RefreshService,
} from '@base/auth/tokens'
import { redisRefreshStore, redisRevocationStore } from '@base/redis/auth'
import { bench } from '@base-internal/tools/bench'
import { services } from '@base-internal/tools/services'
import { Redis } from 'ioredis'

/** Sign-ins that rotate at the same time, each its own token, again and again. */
const FAMILIES = 50

await using server = await services.redis()
const client = new Redis(server.url)

const tokens = createTokenService({
  issuer: 'https://login.example.com',
  audience: 'https://api.example.com',
  keys: createKeyRing(),
  revocations: redisRevocationStore(client, { prefix: `${server.prefix}b` }),
})

function serviceOf(name: string, issuer: Parameters<typeof createRefreshService>[0]['tokens']) {
  const store = redisRefreshStore(client, { prefix: `${server.prefix}${name}` })
  return createRefreshService({ store, tokens: issuer })
}
const whole = serviceOf('a', tokens)
const alone = serviceOf('b', { issueAccess: async () => ({ token: 'none' }), revokeAll: () => {} })

/** The tokens that some service's families have now. */
async function signedIn(service: RefreshService, sub: string): Promise<string[]> {
  const started = Array.from({ length: FAMILIES }, () => service.start({ sub, clientId: 'web' }))
  return (await Promise.all(started)).map(({ refreshToken }) => refreshToken)
}

async function rotateAll(service: RefreshService, present: string[]): Promise<number> {
  const rotated = await Promise.all(present.map((token) => service.rotate(token, { clientId: 'web' })))
  for (const [index, result] of rotated.entries()) {
    if (!result.ok) throw result.error
    present[index] = result.value.refreshToken
  }
  return rotated.length
}

/** What most services write first: read, then write. It is no peer to choose, for it forks families; it shows the cost. */
const naive = Array.from({ length: FAMILIES }, () => randomBytes(32).toString('base64url'))
const hash = (token: string) => createHash('sha256').update(token).digest('base64url')
const naiveKey = (token: string) => `${server.prefix}naive:${hash(token)}`
await Promise.all(naive.map((token) => client.set(naiveKey(token), 'ann')))

async function rotateNaively(): Promise<number> {
  await Promise.all(
    naive.map(async (token, index) => {
      const sub = await client.get(naiveKey(token))
      if (sub === null) throw new Error('The token is gone.')
      const child = randomBytes(32).toString('base64url')
      await client.multi().set(naiveKey(child), sub).del(naiveKey(token)).exec()
      naive[index] = child
    }),
  )
  return naive.length
}

const [ofWhole, ofAlone] = [await signedIn(whole, 'ann'), await signedIn(alone, 'bob')]
const measured = await bench({
  name: `${FAMILIES} refresh rotations at once on Redis`,
  ours: '@base/redis',
  workloads: {
    'without access tokens': {
      contestants: {
        '@base/redis': () => rotateAll(alone, ofAlone),
        'read, then write: forks families': rotateNaively,
      },
    },
    'with ES256 access tokens, and their revocations asked for': {
      contestants: { '@base/redis': () => rotateAll(whole, ofWhole) },
    },
  },
})

for (const [workload, figures] of measured) {
  const time = figures.find(({ name }) => name === '@base/redis')?.nanoseconds ?? Number.NaN
  console.log(`${workload}: ${Math.round((FAMILIES * 1e9) / time)} rotations a second`)
}
const alive = (await whole.sessions('ann')).length + (await alone.sessions('bob')).length
console.log(`families lost: ${2 * FAMILIES - alive}`)
if (alive !== 2 * FAMILIES) process.exitCode = 1
client.disconnect()
