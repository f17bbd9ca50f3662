import { accessSync, constants, globSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PrivateKind } from './kinds.ts'

// Debian keeps PostgreSQL's programs off the PATH, and puts a wrapper for root in front of RabbitMQ's.
const FOLDERS: Readonly<Record<PrivateKind, { first: string; last: string }>> = {
  postgres: { first: '', last: '/usr/lib/postgresql/*/bin' },
  redis: { first: '', last: '/usr/sbin' },
  rabbitmq: { first: '/usr/lib/rabbitmq/bin', last: '/usr/local/sbin' },
  prometheus: { first: '', last: '/usr/local/bin' },
}

// The program that we look for, and those that we need beside it or on the PATH.
const NEEDED: Readonly<Record<PrivateKind, readonly string[]>> = {
  postgres: ['initdb', 'postgres'],
  redis: ['redis-server'],
  rabbitmq: ['rabbitmq-server', 'epmd'],
  prometheus: ['prometheus'],
}

/** The absolute paths of the programs that a server of that kind needs, or undefined if one is not installed. */
export function findPrograms(kind: PrivateKind): Readonly<Record<string, string>> | undefined {
  if (process.env['TEST_SERVICES'] === 'off') return undefined
  const folders = searchFolders(kind)
  const found: Record<string, string> = {}
  for (const name of NEEDED[kind]) {
    const path = folders.map((folder) => join(folder, name)).find(isExecutable)
    if (path === undefined) return undefined
    found[name] = path
    // PostgreSQL's programs must be of one version.
    folders.unshift(dirname(realpathSync(path)))
  }
  return found
}

function searchFolders(kind: PrivateKind): string[] {
  const { first, last } = FOLDERS[kind]
  const newestFirst = globSync(last).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  return [first, ...(process.env['PATH'] ?? '').split(':'), ...newestFirst].filter((folder) => folder !== '')
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
