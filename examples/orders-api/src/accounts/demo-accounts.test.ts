import { createPasswords, nodeRsArgon2 } from '@base/auth/passwords'
import { systemClock } from '@base/core/clock'
import { secret } from '@base/core/secret'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../database/open-database.ts'
import { openCipher } from '../encryption/shop-cipher.ts'
import { openStores, type Repositories, type Stores } from '../stores.ts'
import { addDemoAccounts, KNOWN_PASSWORD } from './demo-accounts.ts'

const passwords = createPasswords({ kdf: nodeRsArgon2() })
const OWN = secret('a moth in relay seventy')

async function givenAnEmptyShop() {
  const cipher = openCipher(undefined, systemClock)
  const database = await openDatabase({ dataDir: 'memory://', databaseTimeout: '10s' }, cipher)
  onTestFinished(() => database.close())
  const stores = openStores(database, cipher)
  const passwordOf = async (username: string) => (await stores.accounts.find(username))?.passwordHash
  const isPassword = async (username: string, password: string) =>
    (await passwords.verify(password, await passwordOf(username))).ok
  return { stores, isPassword }
}

/** The stores of a process that dies before there is an admin. */
function dying(stores: Stores): Stores {
  const without = <R extends Repositories>(repositories: R): R => ({
    ...repositories,
    accounts: {
      ...repositories.accounts,
      replaceRoles: (account, next) => {
        if (next.includes('admin')) throw new Error('killed')
        return repositories.accounts.replaceRoles(account, next)
      },
    },
  })
  const run: Stores['unitOfWork']['run'] = (work, ...rest) =>
    stores.unitOfWork.run((repositories, context) => work(without(repositories), context), ...rest)
  return { ...without(stores), unitOfWork: { run } }
}

test('whoever dies in the first start leaves the next one to make what is missing', async () => {
  const { stores, isPassword } = await givenAnEmptyShop()
  await expect(addDemoAccounts(dying(stores), passwords)).rejects.toThrow('killed')
  await addDemoAccounts(stores, passwords)

  expect((await stores.accounts.find('charles'))?.roles).toEqual(['admin'])
  expect(await isPassword('charles', KNOWN_PASSWORD)).toBe(true)
})

test('two that start at once make them once', async () => {
  const { stores } = await givenAnEmptyShop()
  await Promise.all([addDemoAccounts(stores, passwords, OWN), addDemoAccounts(stores, passwords, OWN)])

  expect(await stores.accounts.find('charles')).toMatchObject({ roles: ['admin'], passwordVersion: 1 })
})

test('a restart leaves a password and roles that were changed', async () => {
  const { stores, isPassword } = await givenAnEmptyShop()
  await addDemoAccounts(stores, passwords, OWN)
  const charles = await stores.accounts.find('charles')
  if (charles === undefined) throw new Error('Charles is missing.')
  await stores.accounts.replacePassword(charles, await passwords.hash('nanoseconds of copper wire'))
  await stores.accounts.replaceRoles(charles, ['support'])
  for (const password of [OWN, undefined]) await addDemoAccounts(stores, passwords, password)

  expect(await isPassword('charles', 'nanoseconds of copper wire')).toBe(true)
  expect((await stores.accounts.find('charles'))?.roles).toEqual(['support'])
})

test('the password that all know gives way to one of the settings', async () => {
  const { stores, isPassword } = await givenAnEmptyShop()
  for (const password of [undefined, undefined, OWN]) await addDemoAccounts(stores, passwords, password)

  expect(await isPassword('charles', OWN.reveal())).toBe(true)
  expect((await stores.accounts.find('charles'))?.passwordVersion).toBe(2)
})
