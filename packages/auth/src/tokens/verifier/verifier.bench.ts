import { generateKeyPairSync, randomBytes } from 'node:crypto'
import {
  createTokenService,
  createVerifier,
  hmacKey,
  memoryRevocationStore,
  pemKey,
  type TokenKey,
} from '@base/auth/tokens'
import { bench, type Workload } from '@base-internal/tools/bench'
import { createVerifier as createFastVerifier } from 'fast-jwt'
import { type CryptoKey, importPKCS8, importSPKI, jwtVerify, SignJWT } from 'jose'
import jsonwebtoken from 'jsonwebtoken'

const issuer = 'https://login.example.com'
const audience = 'https://api.example.com'
const TOKENS = 100

interface Pair {
  readonly algorithm: 'HS256' | 'RS256' | 'ES256' | 'EdDSA'
  readonly key: TokenKey
  readonly joseVerify: CryptoKey
  readonly joseSign: CryptoKey
  readonly verifyingPem: string | Buffer
}

const secret = randomBytes(32)
/** Imported once, as whoever cares for time does: of bytes jose makes a key for each token. */
const joseSecret = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, [
  'sign',
  'verify',
])

const pairs: readonly Pair[] = [
  {
    algorithm: 'HS256',
    key: hmacKey(secret),
    joseVerify: joseSecret,
    joseSign: joseSecret,
    verifyingPem: secret,
  },
  await pairOf('RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })),
  await pairOf('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  await pairOf('EdDSA', generateKeyPairSync('ed25519')),
]

async function pairOf(
  algorithm: 'RS256' | 'ES256' | 'EdDSA',
  { publicKey, privateKey }: ReturnType<typeof generateKeyPairSync>,
): Promise<Pair> {
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }) as string
  return {
    algorithm,
    key: pemKey(pem, { algorithm }),
    joseVerify: await importSPKI(publicPem, algorithm),
    joseSign: await importPKCS8(pem, algorithm),
    verifyingPem: publicPem,
  }
}

const input = { sub: 'user-1', clientId: 'web', scope: 'orders:read orders:write', roles: ['clerk'] }
const at = (tokens: readonly string[], index: number) => tokens[index % tokens.length] as string

async function verifyWorkload({ algorithm, key, joseVerify, verifyingPem }: Pair): Promise<Workload> {
  const service = createTokenService({ issuer, audience, keys: key, accessTtl: '1h' })
  const tokens: string[] = []
  for (let i = 0; i < TOKENS; i++) tokens.push((await service.issueAccess(input)).token)
  const ours = createVerifier({ issuer, audience, algorithms: [algorithm], keys: key, cacheSize: 0 })
  const options = {
    algorithms: [algorithm],
    issuer,
    audience,
    typ: 'at+jwt',
    requiredClaims: ['sub', 'client_id', 'iat', 'jti', 'exp'],
    clockTolerance: 30,
  }
  const fast = createFastVerifier({
    key: verifyingPem,
    algorithms: [algorithm],
    allowedIss: issuer,
    allowedAud: audience,
  })
  return {
    contestants: {
      '@base/auth': async (index) => {
        const result = await ours.verify(at(tokens, index))
        return result.ok && result.value.jti
      },
      jose: async (index) => (await jwtVerify(at(tokens, index), joseVerify, options)).payload.jti,
      'fast-jwt': (index) => fast(at(tokens, index)).jti,
      ...(algorithm !== 'EdDSA' && {
        jsonwebtoken: (index: number) =>
          (
            jsonwebtoken.verify(at(tokens, index), verifyingPem, {
              algorithms: [algorithm],
              issuer,
              audience,
            }) as { jti: string }
          ).jti,
      }),
    },
  }
}

async function cachedWorkload({ algorithm, key, verifyingPem }: Pair): Promise<Workload> {
  const service = createTokenService({ issuer, audience, keys: key, accessTtl: '1h' })
  const revocations = memoryRevocationStore()
  await revocations.revoke({ issuer, id: 'another', ttl: 3_600_000 })
  await revocations.revokeAll({ issuer, subject: 'another', at: 1, ttl: 3_600_000 })
  const tokens: string[] = []
  for (let i = 0; i < TOKENS; i++) tokens.push((await service.issueAccess(input)).token)
  const ours = createVerifier({ issuer, audience, algorithms: [algorithm], keys: key, revocations })
  const fast = createFastVerifier({
    key: verifyingPem,
    algorithms: [algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    cache: 1_000,
  })
  return {
    contestants: {
      '@base/auth': async (index) => {
        const result = await ours.verify(at(tokens, index))
        return result.ok && result.value.jti
      },
      'fast-jwt, without revocation': (index) => fast(at(tokens, index)).jti,
    },
  }
}

function issueWorkload({ algorithm, key, joseSign }: Pair): Workload {
  const service = createTokenService({ issuer, audience, keys: key })
  const issue = async () => (await service.issueAccess(input)).token
  return {
    contestants: {
      '@base/auth': { run: issue, read: (token: string) => token.split('.').length },
      jose: {
        run: () =>
          new SignJWT({
            client_id: input.clientId,
            scope: input.scope,
            roles: input.roles,
            jti: crypto.randomUUID(),
          })
            .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid: key.kid })
            .setIssuer(issuer)
            .setAudience(audience)
            .setSubject(input.sub)
            .setIssuedAt()
            .setExpirationTime('15m')
            .sign(joseSign),
        read: (token: string) => token.split('.').length,
      },
    },
  }
}

const workloads: Record<string, Workload> = {}
for (const pair of pairs) workloads[`verify ${pair.algorithm}, not seen before`] = await verifyWorkload(pair)
for (const pair of pairs.slice(0, 1)) {
  workloads['verify, seen before, with expiry and revocation'] = await cachedWorkload(pair)
}
for (const pair of pairs) workloads[`issue ${pair.algorithm}`] = issueWorkload(pair)

await bench({ name: '@base/auth/tokens', ours: '@base/auth', workloads })
