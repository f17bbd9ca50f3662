import { InvalidOptionError } from '@base/core/errors'
import { describe, expect, test, vi } from 'vitest'
import {
  createFieldCipher,
  type EncryptedField,
  type FieldCipherError,
  type LocalKey,
  localKeys,
  reencrypt,
} from './index.js'

const ROWS = 25
const k1: LocalKey = { id: 'k1', key: new Uint8Array(32).fill(1), state: 'primary' }
const k2: LocalKey = { id: 'k2', key: new Uint8Array(32).fill(2), state: 'primary' }
const before = createFieldCipher({ keys: localKeys([k1]) })
const after = createFieldCipher({ keys: localKeys([{ ...k1, state: 'enabled' }, k2]) })
/** The old key is gone: what it can read is under the new one. */
const later = createFieldCipher({ keys: localKeys([{ id: 'k1', state: 'destroyed' }, k2]) })

const placeOf = (id: number) => ({ tenant: 'acme', table: 'customer', column: 'email', rowId: String(id) })

/** A table in memory, and a source over it. */
async function tableOf() {
  const rows = new Map<number, string>()
  for (let id = 1; id <= ROWS; id++) rows.set(id, await before.encrypt(`user-${id}`, placeOf(id)))
  const source = {
    async next(last: EncryptedField | undefined, limit: number): Promise<readonly EncryptedField[]> {
      const from = last === undefined ? 0 : Number(last.place.rowId)
      const found = [...rows].filter(([id]) => id > from).slice(0, limit)
      return found.map(([id, text]) => ({ place: placeOf(id), text }))
    },
    async replace({ place, text: old }: EncryptedField, text: string): Promise<boolean> {
      const id = Number(place.rowId)
      if (rows.get(id) !== old) return false
      rows.set(id, text)
      return true
    },
  }
  return { rows, source }
}

/** A field, where it is not under the new key yet. */
function asOld(id: number, text: string): EncryptedField[] {
  return after.needsReencrypt(text) ? [{ place: placeOf(id), text }] : []
}

async function expectAllReadable(rows: ReadonlyMap<number, string>): Promise<void> {
  for (const [id, text] of rows) expect(await later.decrypt(text, placeOf(id))).toBe(`user-${id}`)
}

describe('reencrypt', () => {
  test('brings every field under the primary key, and a second run finds nothing to do', async () => {
    const { rows, source } = await tableOf()
    const options = { batchSize: 10 }
    expect(await reencrypt(after, source, options)).toEqual({
      seen: ROWS,
      replaced: ROWS,
      changed: 0,
      unreadable: 0,
    })
    await expectAllReadable(rows)
    expect(await reencrypt(after, source, options)).toEqual({
      seen: ROWS,
      replaced: 0,
      changed: 0,
      unreadable: 0,
    })
  })

  test('can be killed after any field, before or after it was written, and started again', async () => {
    for (let killed = 1; killed <= ROWS; killed++) {
      for (const wasWritten of [false, true]) {
        const { rows, source } = await tableOf()
        let left = killed
        const dying = {
          ...source,
          async replace(field: EncryptedField, text: string): Promise<boolean> {
            if (left-- > 1) return source.replace(field, text)
            if (wasWritten) await source.replace(field, text)
            throw new Error('killed')
          },
        }
        await expect(reencrypt(after, dying, { batchSize: 7 })).rejects.toMatchObject({ message: 'killed' })
        const done = killed - Number(!wasWritten)
        expect(await reencrypt(after, source, { batchSize: 7 })).toMatchObject({ replaced: ROWS - done })
        await expectAllReadable(rows)
      }
    }
  })

  test('goes on where an earlier run got to', async () => {
    const { source } = await tableOf()
    let last: EncryptedField | undefined
    const controller = new AbortController()
    const first = reencrypt(after, source, {
      batchSize: 10,
      signal: controller.signal,
      onProgress: (progress) => {
        last = progress.last
        controller.abort('enough')
      },
    })
    await expect(first).rejects.toBe('enough')
    expect(last?.place.rowId).toBe('10')
    expect(await reencrypt(after, source, last === undefined ? {} : { after: last })).toEqual({
      seen: ROWS - 10,
      replaced: ROWS - 10,
      changed: 0,
      unreadable: 0,
    })
  })

  test('finds rows with ids of several parts, and tells them apart (prisma-field-encryption#99)', async () => {
    const column = { tenant: 'acme', table: 'order_line', column: 'note' }
    const placeOf = (...id: string[]) => ({ ...column, rowId: JSON.stringify(id) })
    const rows = new Map<string, string>()
    for (const place of [placeOf('1', '23'), placeOf('12', '3')])
      rows.set(place.rowId, await before.encrypt('fragile', place))
    const source = {
      async next(last: EncryptedField | undefined, limit: number): Promise<readonly EncryptedField[]> {
        const found = [...rows].filter(([id]) => last === undefined || id > last.place.rowId)
        return found.slice(0, limit).map(([rowId, text]) => ({ place: { ...column, rowId }, text }))
      },
      async replace({ place, text: old }: EncryptedField, text: string): Promise<boolean> {
        return rows.get(place.rowId) === old && rows.set(place.rowId, text).size > 0
      },
    }
    expect(await reencrypt(after, source, { batchSize: 1 })).toMatchObject({ seen: 2, replaced: 2 })

    const [first = '', second = ''] = rows.values()
    expect(await later.decrypt(first, placeOf('1', '23'))).toBe('fragile')
    await expect(later.decrypt(second, placeOf('1', '23'))).rejects.toMatchObject({ code: 'FIELD_TAMPERED' })
    const index = await after.blindIndex('fragile', placeOf('1', '23'))
    expect(await after.blindIndex('fragile', column)).toBe(index)
  })

  test('does not undo what somebody writes meanwhile', async () => {
    const { rows, source } = await tableOf()
    const racing = {
      ...source,
      async replace(field: EncryptedField, text: string): Promise<boolean> {
        const id = Number(field.place.rowId)
        if (id === 3) rows.set(id, await after.encrypt('changed', placeOf(id)))
        return source.replace(field, text)
      },
    }
    expect(await reencrypt(after, racing)).toEqual({
      seen: ROWS,
      replaced: ROWS - 1,
      changed: 1,
      unreadable: 0,
    })
    expect(await later.decrypt(rows.get(3) as string, placeOf(3))).toBe('changed')
  })

  test('may run twice at once', async () => {
    const { rows, source } = await tableOf()
    const [a, b] = await Promise.all([reencrypt(after, source), reencrypt(after, source)])
    expect(a.replaced + b.replaced).toBe(ROWS)
    await expectAllReadable(rows)
  })

  test('counts what is under a destroyed key, and goes on', async () => {
    const { rows, source } = await tableOf()
    const erased = createFieldCipher({ keys: localKeys([{ ...k1, id: 'gone' }]) })
    const text = await erased.encrypt('user-4', placeOf(4))
    rows.set(4, text)
    const keys = localKeys([{ id: 'gone', state: 'destroyed' }, { ...k1, state: 'enabled' }, k2])
    const cipher = createFieldCipher({ keys })
    const done = { seen: ROWS, changed: 0, unreadable: 1 }
    expect(await reencrypt(cipher, source)).toEqual({ ...done, replaced: ROWS - 1 })
    expect(await reencrypt(cipher, source)).toEqual({ ...done, replaced: 0 })
    expect(rows.get(4)).toBe(text)
  })

  test.each([
    ['FIELD_TAMPERED', (rows: ReadonlyMap<number, string>) => rows.get(1) as string],
    ['FIELD_MALFORMED', () => 'plain'],
    [
      'FIELD_KEY_UNKNOWN',
      (rows: ReadonlyMap<number, string>) => rows.get(4)?.replace('.k1.', '.k9.') as string,
    ],
  ])('stops at a field that is %s, says where, and leaves it, or tells and goes on', async (code, textOf) => {
    const { rows, source } = await tableOf()
    const text = textOf(rows)
    rows.set(4, text)
    const error = expect.objectContaining({
      code,
      details: expect.objectContaining({ place: placeOf(4) }),
      cause: expect.objectContaining({ code }),
    })
    await expect(reencrypt(after, source)).rejects.toEqual(error)
    const told = vi.fn<(field: EncryptedField, error: FieldCipherError) => void>()
    expect(await reencrypt(after, source, { onUnreadable: told })).toEqual({
      seen: ROWS,
      replaced: ROWS - 4,
      changed: 0,
      unreadable: 1,
    })
    expect(told.mock.calls).toEqual([[{ place: placeOf(4), text }, error]])
    expect(rows.get(4)).toBe(text)
  })

  test('keys that are away are no field that cannot be decrypted', async () => {
    const { source } = await tableOf()
    const keys = localKeys([{ ...k1, state: 'enabled' }, k2])
    const away = { ...keys, unwrapDataKey: () => Promise.reject(new Error('away')) }
    const told = vi.fn()
    await expect(
      reencrypt(createFieldCipher({ keys: away }), source, { onUnreadable: told }),
    ).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
    expect(told).not.toHaveBeenCalled()
  })

  test('a source that does not go on ends it, and is not read for ever', async () => {
    const { rows, source } = await tableOf()
    const stuck = { ...source, next: (_: unknown, limit: number) => source.next(undefined, limit) }
    await expect(reencrypt(later, stuck, { batchSize: 10 })).rejects.toThrow(
      'reencrypt: source.next() must be new fields, received an array of 10.',
    )
    const left = {
      ...stuck,
      next: async () => [...rows].flatMap(([id, text]) => asOld(id, text)).slice(0, 10),
    }
    expect(await reencrypt(after, left)).toMatchObject({ seen: ROWS, replaced: ROWS })
  })

  test('refuses what is no cipher, no source and no size', async () => {
    const { source } = await tableOf()
    await expect(reencrypt({} as never, source)).rejects.toThrow('reencrypt: cipher must be')
    await expect(reencrypt(after, {} as never)).rejects.toBeInstanceOf(InvalidOptionError)
    await expect(reencrypt(after, source, { batchSize: 0 })).rejects.toBeInstanceOf(InvalidOptionError)
  })

  test.each(['onProgress', 'onUnreadable'])(
    'refuses an %s that is no function, before it reads',
    async (name) => {
      const next = vi.fn()
      const options = { [name]: 'console.log' }
      await expect(reencrypt(after, { next, replace: next }, options)).rejects.toThrow(
        `${name} must be a function`,
      )
      expect(next).not.toHaveBeenCalled()
    },
  )
})
