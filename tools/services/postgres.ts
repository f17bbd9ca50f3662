import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { Command, Place, Recipe } from './recipe.ts'

const USER = 'base'

/** PostgreSQL, as a production database is: UTF-8, and a collation that is not the order of code points. */
export const postgres: Recipe = {
  ports: 1,
  files: ({ password }) => ({ password }),
  prepare: (place) => [initdb(place)],
  processes: (place) => [
    { program: program(place, 'postgres'), args: ['-D', 'data', ...flags(settings(place))] },
  ],
  probe: async (place) => {
    const client = new pg.Client({ connectionString: url(place), connectionTimeoutMillis: 5_000 })
    await client.connect()
    await client.end()
  },
  address: (place) => ({ url: url(place) }),
  // Fast shutdown; then immediate, which still frees its shared memory.
  stopSignal: 'SIGINT',
  endSignal: 'SIGQUIT',
  release: removeSharedMemory,
}

function initdb(place: Place): Command {
  // Debian has no locale but C: ICU is what makes it sort as people do.
  const collation = place.request.icu === false ? [] : ['--locale-provider=icu', '--icu-locale=en-US']
  const args = ['-D', 'data', '-U', USER, '--pwfile=password', '--auth=password', '--encoding=UTF8']
  return {
    program: program(place, 'initdb'),
    args: [...args, ...collation, '--locale=C.UTF-8', '--no-sync', '--no-instructions'],
  }
}

function settings({ ports: [port], request }: Place): Readonly<Record<string, string>> {
  const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' }
  return {
    port: `${port}`,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // Its pieces of shared memory lie in its folder, and go with it.
    dynamic_shared_memory_type: 'mmap',
    ...(request.durable ? {} : fast),
    ...request.settings,
  }
}

function flags(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

function url({ ports: [port], password }: Place): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`
}

function program({ programs }: Place, name: string): string {
  return programs[name] ?? name
}

/** A server that was killed leaves a segment, whose number stands in the seventh line of its lock file. */
function removeSharedMemory({ folder }: Place): void {
  let lockFile: string
  try {
    lockFile = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8')
  } catch {
    return
  }
  const segment = lockFile.split('\n')[6]?.trim().split(/\s+/)[1]
  if (segment !== undefined) spawnSync('ipcrm', ['-m', segment], { stdio: 'ignore' })
}
