import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { refuseTakenByNpm } from './taken-by-npm.js'
import { UsageError } from './usage-error.js'

const CWD = join('/', 'home', 'me')
const REDIS = join(CWD, 'redis')

function refuse(args: readonly string[], env: Readonly<Record<string, string>>): void {
  refuseTakenByNpm(args, { cwd: CWD, env })
}

describe('refuseTakenByNpm', () => {
  test.each([
    ['--database=postgres', ['shop'], { npm_config_database: 'postgres' }, '--database'],
    ['--database postgres', ['shop', 'postgres'], { npm_config_database: 'true' }, '--database'],
    ['--database=mysql', ['shop'], { npm_config_database: 'mysql' }, '--database'],
    ['--cache=Redis', ['shop'], { npm_config_cache: join(CWD, 'Redis') }, '--cache'],
    ['--cache redis', ['shop', '--auth', 'jwt'], { npm_config_cache: REDIS }, '--cache'],
    ['--auth=jwt, of an npm that keeps it', ['shop'], { npm_config_auth: 'jwt' }, '--auth'],
    ['--observability=full', ['shop', '--auth=jwt'], { npm_config_observability: 'full' }, '--observability'],
  ])('says that npm took %s', (_, args, env, option) => {
    expect(() => refuse(args, env)).toThrow(UsageError)
    expect(() => refuse(args, env)).toThrow(
      `npm took ${option} for itself: put -- before it, as in npm create @base my-service -- ${option} `,
    )
  })

  test.each([
    ['nothing of npm', ['shop'], {}],
    ['the cache of npm', ['shop'], { npm_config_cache: join('/', 'home', 'me', '.npm') }],
    ['a cache of npm of such a name elsewhere', ['shop'], { npm_config_cache: join('/', 'var', 'redis') }],
    ['what was said after --', ['shop', '--database', 'pglite'], { npm_config_database: 'postgres' }],
    ['what was said after --, with =', ['shop', '--cache=none'], { npm_config_cache: REDIS }],
    ['something that no option takes', ['shop'], { npm_config_auth: 'bm9ib2R5' }],
  ])('takes %s', (_, args, env) => {
    expect(() => refuse(args, env)).not.toThrow()
  })
})
