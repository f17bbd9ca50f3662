import { expect, test, vi } from 'vitest'
import type { Connection } from '../connection/connection.js'
import { Database } from './database.js'

test.each([
  [false, '3 app:', 1],
  [true, '0 app:', 0],
])(
  'a server is asked for its database once, a cluster not at all: %s',
  async (isCluster, expected, asked) => {
    const send = vi.fn(async () => 'id=7 addr=127.0.0.1:1 db=3 sub=0')
    const connection = { isCluster, keyPrefix: 'app:', send } as unknown as Connection
    const database = new Database(connection, { options: {} } as never)
    const until = Number.POSITIVE_INFINITY
    expect([await database.identity(until), await database.identity(until)]).toEqual([expected, expected])
    expect(send).toHaveBeenCalledTimes(asked)
  },
)
