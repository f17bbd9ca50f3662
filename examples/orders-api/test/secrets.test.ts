import { channel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { secret } from '@base/core/secret'
import { PGlite } from '@electric-sql/pglite'
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest'
import { type MovedClock, movedClock } from './moved-clock.ts'
import { startService, type TestService } from './start-service.ts'
import { type Tokens, userOf } from './user.ts'

const PASSWORD = 'engine of differences'
const CHANNELS = ['verifier:refused', 'key-ring:rotated', 'key-ring:rotation_failed', 'refresh:reused']
const CONSOLE = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const

/** All that anybody could read, were it logged: lines, warnings, what the channels of @base/auth tell, and answers that fail. */
let told: string[]
const tell = (...values: unknown[]) => {
  told.push(...values.map((value) => inspect(value, { depth: 20, showHidden: true, maxStringLength: null })))
}
const hear = (payload: unknown) => tell(payload)

let clock: MovedClock
let service: TestService
let user: ReturnType<typeof userOf>
const query = PGlite.prototype.query
let statements: MockInstance<typeof query>
beforeEach(async () => {
  told = []
  statements = vi.spyOn(PGlite.prototype, 'query')
  for (const name of CONSOLE) vi.spyOn(console, name).mockImplementation(tell)
  process.on('warning', hear)
  for (const name of CHANNELS) channel(`base:auth:${name}`).subscribe(hear)
  clock = movedClock()
  service = await startService({ demoPassword: secret(PASSWORD) }, clock)
  user = userOf(service)
})
afterEach(async () => {
  await service.stop()
  for (const name of CHANNELS) channel(`base:auth:${name}`).unsubscribe(hear)
  process.off('warning', hear)
  vi.restoreAllMocks()
})

/** The private members of all keys that went to the database. */
function privateKeys(): string[] {
  const sent = statements.mock.calls.flatMap(([, values]) => values ?? []).join()
  return [...sent.matchAll(/"d":"([\w-]+)"/g)].map(([, d]) => d as string)
}

/** The database refuses what is sent to these tables, with an error that holds all that was sent. */
function failing(tables: RegExp): void {
  statements.mockImplementation(function (this: PGlite, sql, ...rest) {
    return query.call(this, sql.replaceAll(tables, 'gone_$&'), ...rest) as never
  })
}

const signIn = async () => (await user.trySignIn('ada', PASSWORD)).body as Tokens

test('no line, warning, event or refusal holds a token, a password or a key', async () => {
  const first = await signIn()
  const second = await user.renewed(first.refreshToken)
  await user.renewed(first.refreshToken)
  const [header, payload] = second.accessToken.split('.')
  for (const forged of [`${header}.${payload}.AAAA`, `${second.accessToken}=`, second.refreshToken])
    tell((await user.sessions(forged)).body)
  tell((await user.trySignIn('ada', `${PASSWORD}!`)).body)
  tell((await user.post('/auth/sign-in', { username: PASSWORD, passwort: PASSWORD })).body)
  tell((await user.post('/auth/refresh', { refreshToken: [second.refreshToken] })).body)
  clock.move('29d')
  clock.move('23h')
  const third = await signIn()
  while ((await service.get('/.well-known/jwks.json')).body.keys.length < 2);
  await user.renewed(third.refreshToken)
  clock.move('11s')
  tell((await user.refresh(third.refreshToken)).body)
  tell((await user.post('/auth/sign-out', { refreshToken: third.refreshToken }, 'nonsense')).body)

  expect(service.log.text).toContain('refresh token presented again')
  expect(told.join('\n')).toContain('withinGrace: true')
  expect(told.join('\n')).toContain('TOKEN_BAD_SIGNATURE')
  expect(privateKeys()).toHaveLength(3)
  expectNoSecret([first, second, third])
})

test('nor where the database fails in the middle', async () => {
  failing(/(?<=insert into )base_signing_keys/g)
  const refused = await user.trySignIn('ada', PASSWORD)
  tell(refused.body)
  statements.mockImplementation(query)
  const first = await signIn()
  failing(/(?<=update )base_signing_keys/g)
  clock.move('29d')
  clock.move('23h')
  const second = await signIn()
  while (!told.join('\n').includes('KEYS_UNAVAILABLE')) await new Promise(setImmediate)
  failing(/base_refresh_families/g)
  tell((await user.refresh(second.refreshToken)).body)
  tell((await user.trySignIn('ada', PASSWORD)).body)
  failing(/base_revoked_\w+/g)
  tell((await user.sessions(second.accessToken)).body)
  tell((await user.post('/auth/sign-out-everywhere', {}, second.accessToken)).body)
  statements.mockImplementation(query)

  expect(refused.status).toBe(503)
  expect((await user.sessions(second.accessToken)).status).toBe(200)
  expectNoSecret([first, second])
})

function expectNoSecret(tokens: readonly Tokens[]): void {
  const secrets = tokens.flatMap(({ accessToken, refreshToken }) => [
    refreshToken,
    refreshToken.slice(-40),
    accessToken.split('.').at(-1) as string,
  ])
  const text = [...told, service.log.text].join('\n')
  for (const each of [PASSWORD, ...privateKeys(), ...secrets]) {
    const at = text.indexOf(each)
    expect(at < 0 ? '' : text.slice(Math.max(0, at - 2_000), at + 100)).toBe('')
  }
}
