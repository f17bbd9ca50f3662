import { pbkdf2Sync, scryptSync } from 'node:crypto'
import bcryptPackage from 'bcrypt'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { bcrypt, pbkdf2, scrypt } from '../index.js'

const PASSWORD = 'correct horse'
const SALT = Buffer.from('saltsaltsaltsalt')
const b64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
const ab64 = (bytes: Buffer) => b64(bytes).replaceAll('+', '.')

describe('bcrypt', () => {
  const verifier = bcrypt()

  test('verifies what the package bcrypt has made', async () => {
    const stored = await bcryptPackage.hash(PASSWORD, 4)
    expect(verifier.recognises(stored)).toBe(true)
    expect(await verifier.verify(PASSWORD, stored)).toBe(true)
    expect(await verifier.verify('wrong', stored)).toBe(false)
  })

  // crypt_blowfish 1.3, wrapper.c: known answers that need no sign extension bug.
  test.each([
    ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['U*U*', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
    ['U*U*U', '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
  ])('knows that %s is the password of %s', async (password, stored) => {
    expect(await verifier.verify(password, stored)).toBe(true)
    expect(await verifier.verify(password, stored.replace('$2a$', '$2y$'))).toBe(true)
    expect(await verifier.verify(`${password}x`, stored)).toBe(false)
  })

  describe('by each package alone', () => {
    const packages = ['@node-rs/bcrypt', 'bcrypt', 'bcryptjs']
    afterEach(() => {
      for (const name of packages) vi.doUnmock(name)
    })

    // The example of password_verify in PHP's manual.
    test.each(packages)('%s knows what PHP has made', async (only) => {
      vi.resetModules()
      for (const name of packages)
        if (name !== only)
          vi.doMock(name, () => {
            throw new Error(`Cannot find package '${name}'`)
          })
      const { bcrypt: alone } = await import('./bcrypt.js')
      const stored = '$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq'
      expect(alone().recognises(stored)).toBe(true)
      expect(await alone().verify('rasmuslerdorf', stored)).toBe(true)
      expect(await alone().verify('rasmuslerdorg', stored)).toBe(false)
    })
  })

  test('takes 72 bytes', async () => {
    const password = 'ü'.repeat(36)
    expect(await verifier.verify(password, await bcryptPackage.hash(password, 4))).toBe(true)
  })

  test('refuses what bcrypt would not read to its end', async () => {
    for (const password of ['x'.repeat(73), 'ü'.repeat(37), 'horse\0anything']) {
      const stored = await bcryptPackage.hash(password, 4)
      expect(await verifier.verify(password, stored)).toBe(false)
    }
  })

  test.each([
    ['a cost that takes hours', '$2b$31$'],
    ['a cost below the least', '$2b$03$'],
    ['a version that nobody made', '$2c$10$'],
    ['the broken version', '$2x$10$'],
  ])('does not recognise %s', (_, head) => {
    expect(verifier.recognises(head + 'a'.repeat(53))).toBe(false)
  })

  test('does not recognise a text that is cut or has more', () => {
    expect(verifier.recognises(`$2b$10$${'a'.repeat(53)}`)).toBe(true)
    expect(verifier.recognises(`$2b$10$${'a'.repeat(52)}`)).toBe(false)
    expect(verifier.recognises(`$2b$10$${'a'.repeat(53)}\n`)).toBe(false)
  })
})

describe('scrypt', () => {
  const verifier = scrypt()
  const of = (cost: number, r: number, p: number, tag: Buffer, salt = SALT) =>
    `$scrypt$ln=${cost},r=${r},p=${p}$${b64(salt)}$${b64(tag)}`

  test('knows RFC 7914, section 12', async () => {
    const tag =
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640'
    const stored = of(10, 8, 16, Buffer.from(tag, 'hex'), Buffer.from('NaCl'))
    expect(await verifier.verify('password', stored)).toBe(true)
    expect(await verifier.verify('Password', stored)).toBe(false)
  })

  test('verifies what OWASP asks for', async () => {
    const options = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }
    const stored = of(17, 8, 1, scryptSync(PASSWORD, SALT, 32, options))
    expect(verifier.recognises(stored)).toBe(true)
    expect(await verifier.verify(PASSWORD, stored)).toBe(true)
  })

  test('verifies the highest cost that a block size of 1 allows', async () => {
    const options = { N: 2 ** 15, r: 1, p: 1 }
    const stored = of(15, 1, 1, scryptSync(PASSWORD, SALT, 32, options))
    expect(await verifier.verify(PASSWORD, stored)).toBe(true)
  })

  test.each([
    ['more than a gigabyte', of(21, 8, 1, Buffer.alloc(32))],
    ['a block size that takes more', of(20, 9, 1, Buffer.alloc(32))],
    ['more than 16 lanes', of(10, 8, 17, Buffer.alloc(32))],
    ['a short tag', of(14, 8, 1, Buffer.alloc(15))],
    ['a long tag', of(14, 8, 1, Buffer.alloc(129))],
    ['nothing', ''],
    ['a cost of 0', of(0, 8, 1, Buffer.alloc(32))],
    ['a cost that its block size does not allow', of(16, 1, 1, Buffer.alloc(32))],
  ])('does not recognise %s', (_, stored) => {
    expect(verifier.recognises(stored)).toBe(false)
  })
})

describe('pbkdf2', () => {
  const verifier = pbkdf2()
  const tag = (digest: string, iterations = 1_000, salt = SALT, length = 32) =>
    pbkdf2Sync(PASSWORD, salt, iterations, length, digest)

  test.each([
    ['passlib', `$pbkdf2-sha256$1000$${ab64(SALT)}$${ab64(tag('sha256'))}`],
    ['passlib, SHA-512', `$pbkdf2-sha512$1000$${ab64(SALT)}$${ab64(tag('sha512', 1_000, SALT, 64))}`],
    ['the PHC format', `$pbkdf2-sha256$i=1000,l=32$${b64(SALT)}$${b64(tag('sha256'))}`],
    ['the PHC format without length', `$pbkdf2-sha1$i=1000$${b64(SALT)}$${b64(tag('sha1'))}`],
    ['Django', `pbkdf2_sha256$1000$${SALT}$${tag('sha256').toString('base64')}`],
  ])('verifies what %s has made', async (_, stored) => {
    expect(verifier.recognises(stored)).toBe(true)
    expect(await verifier.verify(PASSWORD, stored)).toBe(true)
    expect(await verifier.verify('wrong', stored)).toBe(false)
  })

  test.each([
    '$pbkdf2$131000$hnBOSYmx9h6jNEaIsRaiVA$s7j4Ttm9le7mpe19nNGcVWjBS0c',
    '$pbkdf2-sha512$25000$qxWilNI6J4TwHqO01lpLiQ$WD64.GzZa.ROLlQqSxMCAvc4aUVS6tAV7yozUSCt/5rGWuvjcQBHRvUdu1kbwrrnYYAcIrE0hR21n08ea3mFlQ',
  ])('knows %s, which passlib 1.7.4 has made', async (stored) => {
    expect(verifier.recognises(stored)).toBe(true)
    expect(await verifier.verify('secret', stored)).toBe(true)
    expect(await verifier.verify('Secret', stored)).toBe(false)
  })

  test('knows a vector of RFC 7914, section 11', async () => {
    const known =
      '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783'
    const stored = `pbkdf2_sha256$1$salt$${Buffer.from(known, 'hex').toString('base64')}`
    expect(await verifier.verify('passwd', stored)).toBe(true)
  })

  test.each([
    ['more than 10 million iterations', `pbkdf2_sha256$10000001$salt$${tag('sha256').toString('base64')}`],
    ['another digest', `pbkdf2_md5$1000$salt$${tag('sha256').toString('base64')}`],
    ['a short tag', 'pbkdf2_sha256$1000$salt$AAAA'],
    ['no iterations', `pbkdf2_sha256$0$salt$${tag('sha256').toString('base64')}`],
    ['a kilobyte of salt', `pbkdf2_sha256$1000$${'s'.repeat(1_024)}$${tag('sha256').toString('base64')}`],
  ])('does not recognise %s', (_, stored) => {
    expect(verifier.recognises(stored)).toBe(false)
  })
})
