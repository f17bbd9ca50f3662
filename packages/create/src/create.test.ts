import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Terminal } from './ask.js'
import { create, type Place } from './create.js'

interface Outcome {
  readonly code: number
  readonly printed: string
  readonly errors: string
  readonly cwd: string
}

/** Runs it in an empty folder, where nobody can answer unless there is a terminal. */
async function run(
  args: readonly string[],
  {
    cwd = emptyFolder(),
    env = {},
    node = '24.0.0',
    terminal,
  }: Partial<Omit<Place, 'cwd' | 'print' | 'printError'> & { readonly cwd: string }> = {},
): Promise<Outcome> {
  let printed = ''
  let errors = ''
  const code = await create(args, {
    cwd: () => cwd,
    env,
    node,
    terminal,
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
    expect(
      printed,
    ).toBe(`The service is in shop: database none, cache none, auth jwt, observability logs. Next:

  cd shop
  npm install
  npm test
  cp .env.example .env
  npm run issuer & # prints an access token for 12 hours
  npm start
`)
    expect(JSON.parse(readFileSync(join(cwd, 'shop/package.json'), 'utf8')).name).toBe('shop')
    expect(existsSync(join(cwd, 'shop/src/auth/require-token.ts'))).toBe(true)
  })

  test.each([
    [
      'npm/11.6.0 node/v24.1.0 linux x64 workspaces/false',
      ['npm install', 'npm test', 'npm run api-key', 'npm start'],
    ],
    [
      'pnpm/10.2.0 npm/? node/v24.1.0 linux x64',
      ['pnpm install', 'pnpm test', 'pnpm run api-key', 'pnpm start'],
    ],
    [
      'yarn/1.22.22 npm/? node/v24.1.0 linux x64',
      ['yarn install', 'yarn test', 'yarn run api-key', 'yarn start'],
    ],
    // Its own `bun test` would run none of these tests.
    [
      'bun/1.3.0 npm/? node/v24.3.0 linux x64',
      ['bun install', 'bun run test', 'bun run api-key', 'bun run start'],
    ],
    ['cnpm/9.4.0 npm/? node/v24.1.0 linux x64', ['npm install', 'npm test', 'npm run api-key', 'npm start']],
  ])('prints the commands of who has called it: %s', async (agent, commands) => {
    const env = { npm_config_user_agent: agent }
    const { printed } = await run(['shop', '--database', 'postgres', '--auth', 'api-keys'], { env })
    const [manager] = (commands[0] ?? '').split(' ')

    expect(printed.match(/^ {2}(npm|pnpm|yarn|bun) [\w -]*\w/gm)?.map((line) => line.trim())).toEqual(
      commands,
    )
    expect((await run([], { env })).errors).toBe(`Say which folder: ${manager} create @base my-service\n`)
  })

  test.each([
    ['20.20.2', false],
    ['22.17.1', false],
    ['22.18.0', true],
    ['24.0.0', true],
  ])('on Node %s says what the service needs, unless it is there', async (node, isEnough) => {
    const { code, printed } = await run(['shop'], { node })
    expect(code).toBe(0)
    expect(printed.includes(`It needs Node 22.18 or later, and this is ${node}.`)).toBe(!isEnough)
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
    mkdirSync(join(parent, 'shop'))
    const cwd = join(parent, 'shop')
    const first = await run(['.'], { cwd })
    expect(first.printed).toMatch(
      /^The service is in this folder: database none, .*\. Next:\n\n {2}npm install\n/,
    )
    expect(readdirSync(cwd)).toContain('package.json')

    const again = await run(['.'], { cwd })
    expect([again.code, again.errors]).toEqual([1, expect.stringContaining('must be empty')])
  })

  test.each([
    [[], 'Say which folder: npm create @base my-service'],
    [['', '--yes'], 'Say which folder: npm create @base my-service'],
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

  test('writes nothing where npm took a flag for itself, at a terminal neither', async () => {
    const { terminal, asked } = terminalOf({})
    const env = { npm_config_database: 'postgres' }
    const { code, errors, cwd } = await run(['shop'], { env, terminal })

    expect([code, errors]).toEqual([
      1,
      expect.stringMatching(/^npm took --database for itself: put -- before it/),
    ])
    expect([readdirSync(cwd), asked]).toEqual([[], []])
  })

  test('says what the disk says', async () => {
    const cwd = emptyFolder()
    writeFileSync(join(cwd, 'file'), '')
    const { code, errors } = await run(['file/shop'], { cwd })

    expect([code, errors]).toEqual([1, expect.stringMatching(/^ENOTDIR: .*\n$/)])
  })

  test('says that the folder that it stands in is gone', async () => {
    let errors = ''
    const gone = Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), { syscall: 'uv_cwd' })
    const code = await create(['shop'], {
      cwd: () => {
        throw gone
      },
      env: {},
      node: '24.0.0',
      terminal: undefined,
      print: () => {},
      printError: (text) => {
        errors += text
      },
    })

    expect([code, errors]).toEqual([
      1,
      'The folder that you are in is not there any more: go to another one.\n',
    ])
  })

  test('helps, and tells its version', async () => {
    expect((await run(['--help'])).printed).toMatch(/--database +none, pglite, postgres; without it none\n/)
    expect((await run(['--version'])).printed).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

const DOWN = '\u001b[B'
const ENTER = '\r'
const CONTROL_C = '\u0003'
const CONTROL_D = '\u0004'

/** A terminal whose user has keys to press for each question. */
function terminalOf(keys: Readonly<Record<string, string>>): {
  terminal: Terminal
  asked: readonly string[]
} {
  const input = new PassThrough()
  const asked: string[] = []
  const output = new Writable({
    write: (chunk, _, done) => {
      // Where colours are forced there are some, and where there is no Unicode a star.
      const [, question = ''] = /[◆*] {2}(.+)\n/.exec(stripVTControlCharacters(String(chunk))) ?? []
      if (question !== '' && !asked.includes(question)) {
        asked.push(question)
        setImmediate(() => input.write(keys[question]))
      }
      done()
    },
  })
  return { terminal: { input, output }, asked }
}

describe('create at a terminal', () => {
  test('asks for what was not said, and for nothing else', async () => {
    const { terminal, asked } = terminalOf({
      'Where is its data?': ENTER,
      'What do you see of it?': DOWN + ENTER,
    })
    const { code, cwd } = await run(['shop', '--cache', 'memory', '--auth', 'none'], { terminal })

    expect([code, asked]).toEqual([0, ['Where is its data?', 'What do you see of it?']])
    expect(existsSync(join(cwd, 'shop/src/notes/memory-notes.ts'))).toBe(true)
    expect(existsSync(join(cwd, 'shop/src/operations.ts'))).toBe(true)
  })

  test('asks for the folder until it can be that of a service', async () => {
    const { terminal, asked } = terminalOf({
      'Which folder?': `My${ENTER}\u007f\u007fshop${ENTER}`,
      'Where is its data?': ENTER,
      'What stands in front of it?': ENTER,
      'Who may write?': ENTER,
      'What do you see of it?': ENTER,
    })
    const { cwd } = await run([], { terminal })

    expect(asked).toHaveLength(5)
    expect(readdirSync(cwd)).toEqual(['shop'])
  })

  test('takes the name that it shows where somebody presses Enter', async () => {
    const { terminal } = terminalOf({
      'Which folder?': ENTER,
      'Where is its data?': ENTER,
      'What stands in front of it?': ENTER,
      'Who may write?': ENTER,
      'What do you see of it?': ENTER,
    })
    const { code, cwd } = await run([], { terminal })

    expect([code, readdirSync(cwd)]).toEqual([0, ['my-service']])
  })

  test('does not take the name that it shows where a folder has it', async () => {
    const { terminal } = terminalOf({
      'Which folder?': `${ENTER}shop${ENTER}`,
      'Where is its data?': CONTROL_C,
    })
    const cwd = emptyFolder()
    mkdirSync(join(cwd, 'my-service'))
    writeFileSync(join(cwd, 'my-service', 'x'), '')

    expect((await run([], { cwd, terminal })).code).toBe(130)
    expect(readdirSync(join(cwd, 'my-service'))).toEqual(['x'])
  })

  test('asks nothing where it is told so', async () => {
    const { terminal, asked } = terminalOf({})
    expect((await run(['shop', '--yes'], { terminal })).code).toBe(0)
    expect(asked).toEqual([])
  })

  test('asks nothing for a folder that has something in it', async () => {
    const { terminal, asked } = terminalOf({})
    const cwd = emptyFolder()
    mkdirSync(join(cwd, 'shop'))
    writeFileSync(join(cwd, 'shop', 'x'), '')

    expect((await run(['shop'], { cwd, terminal })).code).toBe(1)
    expect(asked).toEqual([])
  })

  test.each([
    ['it is cancelled', CONTROL_C],
    ['the input ends', CONTROL_D],
  ])('writes nothing where %s', async (_, key) => {
    const { terminal } = terminalOf({ 'Where is its data?': ENTER, 'What stands in front of it?': key })
    const { code, printed, errors, cwd } = await run(['shop'], { terminal })

    expect([code, printed, errors]).toEqual([130, '', ''])
    expect(readdirSync(cwd)).toEqual([])
  })

  test('writes nothing where the terminal goes away', async () => {
    const input = new PassThrough()
    const output = new Writable({ write: (_chunk, _, done) => done() })
    const running = run([], { terminal: { input, output } })
    input.end()

    expect((await running).code).toBe(130)
    expect(readdirSync((await running).cwd)).toEqual([])
  })
})
