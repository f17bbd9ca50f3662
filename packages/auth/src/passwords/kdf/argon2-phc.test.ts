import { describe, expect, test } from 'vitest'
import { parseArgon2 } from './argon2-phc.js'

const SALT = 'AAECAwQFBgcICQoLDA0ODw'
const TAG = 'A'.repeat(43)
const of = (head: string, salt = SALT, tag = TAG) => `${head}$${salt}$${tag}`
const GOOD = of('$argon2id$v=19$m=47104,t=1,p=1')

describe('a PHC string', () => {
  test('is read', () => {
    expect(parseArgon2(GOOD)).toMatchObject({ variant: 'argon2id', version: 19, memory: 47_104, passes: 1 })
    expect(parseArgon2(of('$argon2id$v=19$m=47104,p=2,t=3'))).toMatchObject({ passes: 3, parallelism: 2 })
    expect(parseArgon2(of('$argon2d$m=64,t=2,p=8'))).toMatchObject({ version: 16, parallelism: 8 })
  })

  test.each([
    ['up to 1 GiB', '$argon2id$v=19$m=1048576,t=16,p=16'],
    ['from 8 KiB a lane', '$argon2id$v=19$m=128,t=1,p=16'],
  ])('is read %s', (_, head) => {
    expect(parseArgon2(of(head))).toBeDefined()
  })

  test.each([
    ['more memory than the cap', of('$argon2id$v=19$m=1048577,t=1,p=1')],
    ['memory of a row that was tampered with', of('$argon2id$v=19$m=4294967295,t=1,p=1')],
    ['more passes than the cap', of('$argon2id$v=19$m=47104,t=17,p=1')],
    ['more lanes than the cap', of('$argon2id$v=19$m=47104,t=1,p=17')],
    ['less than 8 KiB a lane', of('$argon2id$v=19$m=127,t=1,p=16')],
    ['no passes', of('$argon2id$v=19$m=47104,t=0,p=1')],
    ['leading zeros', of('$argon2id$v=19$m=047104,t=1,p=1')],
    ['a sign', of('$argon2id$v=19$m=+47104,t=1,p=1')],
    ['another order', of('$argon2id$v=19$t=1,m=47104,p=1')],
    ['a parameter twice', of('$argon2id$v=19$m=47104,t=1,t=1')],
    ['another parameter', of('$argon2id$v=19$m=47104,t=1,p=1,data=AAAA')],
    ['another version', of('$argon2id$v=20$m=47104,t=1,p=1')],
    ['another function', of('$argon2x$v=19$m=47104,t=1,p=1')],
    ['upper case', of('$ARGON2ID$v=19$m=47104,t=1,p=1')],
    ['a salt that is too short', of('$argon2id$v=19$m=47104,t=1,p=1', 'AAECAwQFBg')],
    ['a salt that is too long', of('$argon2id$v=19$m=47104,t=1,p=1', 'A'.repeat(88))],
    ['a tag that is too short', of('$argon2id$v=19$m=47104,t=1,p=1', SALT, 'A'.repeat(20))],
    ['a tag that is too long', of('$argon2id$v=19$m=47104,t=1,p=1', SALT, 'A'.repeat(87))],
    ['padding', `${GOOD}=`],
    ['base64url', of('$argon2id$v=19$m=47104,t=1,p=1', SALT, `-${'A'.repeat(42)}`)],
    ['spare bits', `${GOOD.slice(0, -1)}B`],
    ['an impossible length', of('$argon2id$v=19$m=47104,t=1,p=1', SALT, 'A'.repeat(45))],
    ['a line break at the end', `${GOOD}\n`],
    ['a space at the start', ` ${GOOD}`],
    ['no tag', GOOD.slice(0, GOOD.lastIndexOf('$'))],
    ['an empty tag', of('$argon2id$v=19$m=47104,t=1,p=1', SALT, '')],
    ['a kilobyte behind it', GOOD + '$'.repeat(1_024)],
    ['nothing', ''],
  ])('with %s is none', (_, text) => {
    expect(parseArgon2(text)).toBeUndefined()
  })
})
