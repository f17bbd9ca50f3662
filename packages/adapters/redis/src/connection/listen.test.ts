import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { listen } from './listen.js'

test('all who listen to an event of a client are one listener, until the last of them leaves', () => {
  const [client, heard] = [new EventEmitter(), [] as string[]]
  const leaveOne = listen(client, 'message', (text: string) => heard.push(`one ${text}`))
  const leaveOther = listen(client, 'message', (text: string) => heard.push(`other ${text}`))
  expect(client.listenerCount('message')).toBe(1)
  client.emit('message', 'a')
  leaveOne()
  leaveOne()
  client.emit('message', 'b')
  expect(heard).toEqual(['one a', 'other a', 'other b'])
  leaveOther()
  expect(client.eventNames()).toEqual([])
})

test('who leaves while an event is told takes nobody along', () => {
  const [client, heard] = [new EventEmitter(), [] as string[]]
  const leave = listen(client, 'ready', () => leave())
  listen(client, 'ready', () => heard.push('other'))
  client.emit('ready')
  expect(heard).toEqual(['other'])
})
