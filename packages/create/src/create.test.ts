import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { create } from './create.js'

interface Outcome {
  readonly code: number
  readonly printed: string
  readonly errors: string
  readonly cwd: string
}

/** Runs it where nobody can answer, in an empty folder. */
async function run(args: readonly string[], cwd = emptyFolder()): Promise<Outcome> {
  let printed = ''
  let errors = ''
  const code = await create(args, {
    cwd,
    isInteractive: false,
    print: (text) => {
      printed += text
    },
    printError: (text) => {
      errors += text
    },
  })
  return { code, printed, errors, cwd }
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'base-create-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe('create', () => {
  test('makes a service, and says what is next', async () => {
    const { code, printed, errors, cwd } = await run(['shop', '--auth', 'jwt'])

    expect([code, errors]).toEqual([0, ''])
    expect(printed).toBe(`The service is in shop. Next:

  cd shop
  npm install
  npm test
  cp .env.example .env
  npm run issuer & # prints an access token
  npm start
`)
    expect(JSON.parse(readFileSync(join(cwd, 'shop/package.json'), 'utf8')).name).toBe('shop')
    expect(existsSync(join(cwd, 'shop/src/auth/require-token.ts'))).toBe(true)
  })

  test('takes what was not said as it is without it, where nobody can answer', async () => {
    const { cwd } = await run(['shop'])
    const asked = await run(['shop', '--yes', '--database', 'none', '--cache', 'none', '--auth', 'none'])

    expect(readFileSync(join(cwd, 'shop/README.md'), 'utf8')).toBe(
      readFileSync(join(asked.cwd, 'shop/README.md'), 'utf8'),
    )
  })

  test('fills the folder that it stands in, if that is empty', async () => {
    const parent = emptyFolder()
    await run(['shop'], parent)
    const again = await run(['.'], join(parent, 'shop'))
    expect([again.code, again.errors]).toEqual([1, expect.stringContaining('must be empty')])
  })

  test.each([
    [[], 'Say which folder: npm create @base my-service'],
    [['shop', '--auth', 'oauth'], '--auth must be none, jwt or api-keys, received "oauth".'],
    [['Shop'], 'The folder must have a name that npm takes for a package: "Shop"'],
    [['shop', '--colour', 'red'], "Unknown option '--colour'"],
  ])('writes nothing for %j, says why, and fails', async (args, message) => {
    const { code, printed, errors, cwd } = await run(args)

    expect([code, printed]).toEqual([1, ''])
    expect(errors).toContain(message)
    expect(errors).toMatch(/[^\n]\n$/)
    expect(readdirSync(cwd)).toEqual([])
  })

  test('says what the disk says', async () => {
    const cwd = emptyFolder()
    writeFileSync(join(cwd, 'file'), '')
    const { code, errors } = await run(['file/shop'], cwd)

    expect([code, errors]).toEqual([1, expect.stringMatching(/^ENOTDIR: .*\n$/)])
  })

  test('helps, and tells its version', async () => {
    expect((await run(['--help'])).printed).toMatch(/--database +none, pglite, postgres; without it none\n/)
    expect((await run(['--version'])).printed).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
