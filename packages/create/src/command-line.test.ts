import { describe, expect, test } from 'vitest'
import { readCommandLine } from './command-line.js'
import { UsageError } from './usage-error.js'

describe('readCommandLine', () => {
  test('reads a folder and what was chosen', () => {
    expect(readCommandLine(['shop', '--database', 'postgres', '--cache=redis', '-y'])).toEqual({
      kind: 'create',
      folder: 'shop',
      choices: { database: 'postgres', cache: 'redis' },
      yes: true,
    })
    expect(readCommandLine(['--', 'shop', '--', '--yes'])).toMatchObject({ folder: 'shop', yes: true })
    expect(readCommandLine([])).toEqual({ kind: 'create', folder: undefined, choices: {}, yes: false })
  })

  test.each([
    [['--help'], 'help'],
    [['shop', '-h', '--version'], 'help'],
    [['--version'], 'version'],
    [['-v'], 'version'],
  ])('%j asks for %s', (args, kind) => {
    expect(readCommandLine(args).kind).toBe(kind)
  })

  test.each([
    [['--cache', 'memcached'], '--cache must be none, memory or redis, received "memcached".'],
    [['--observability='], '--observability must be logs or full, received "".'],
    [['--databse', 'postgres'], "Unknown option '--databse'. The options are --database, --cache,"],
    [['-x'], "Unknown option '-x'."],
    [['--auth'], "Option '--auth <value>' argument missing. The options are"],
    [['--yes=no'], "Option '-y, --yes' does not take an argument."],
    [['shop', '--auth', 'jwt', '--auth', 'none'], '--auth is there twice.'],
    [['shop', 'other', 'third'], 'There can be one folder, received also "other", "third".'],
  ])('refuses %j', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(UsageError)
    expect(() => readCommandLine(args)).toThrow(message)
  })
})
