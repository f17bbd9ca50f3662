import { describe, expect, test } from 'vitest'
import { laws } from './index.js'

describe('laws', () => {
  test('are registered under the name of the port, each with a subject of its own that is disposed of, broken or not', async () => {
    const registered: [string, () => Promise<void>][] = []
    const log: string[] = []
    let subjects = 0
    const make = async () => {
      const id = ++subjects
      return {
        subject: id,
        advance: (duration: unknown) => log.push(`${id} advanced by ${duration}`),
        dispose: () => log.push(`${id} disposed of`),
      }
    }
    const law = laws('Port', make, { test: (name, prove) => registered.push([name, prove]) })
    law('holds', (subject, advance) => advance(`${subject as 1}s`))
    law('is broken', async () => {
      throw new Error('broken')
    })

    expect(registered.map(([name]) => name)).toEqual(['Port: holds', 'Port: is broken'])
    expect(subjects).toBe(0)
    await registered[0]?.[1]()
    await expect(registered[1]?.[1]()).rejects.toMatchObject({ message: 'broken' })
    expect(log).toEqual(['1 advanced by 1s', '1 disposed of', '2 disposed of'])
  })
})
