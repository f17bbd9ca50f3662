import { describe, expect, test } from 'vitest'
import { commitFailure } from './commit-failure.js'

const answered = (code: string, severity: string) =>
  commitFailure(Object.assign(new Error('said so'), { code, severity }))

describe('a COMMIT that fails', () => {
  test('is known to have done nothing where the database refused it', () => {
    expect(answered('40001', 'ERROR')).toMatchObject({ code: 'SERIALIZATION_FAILURE' })
  })

  test.each(['ERRO', 'FEHLER', 'ОШИБКА'])(
    'likewise where a server of another language says %s',
    (severity) => {
      expect(answered('40001', severity)).toMatchObject({ code: 'SERIALIZATION_FAILURE' })
      expect(answered('23505', severity)).toMatchObject({ code: 'CONFLICT' })
    },
  )

  test.each(['57P01', '08006', '25P04', '53100', 'XX000'])(
    'may have taken effect where one says ВАЖНО %s',
    (code) => {
      expect(answered(code, 'ВАЖНО')).toMatchObject({ code: 'COMMIT_UNKNOWN' })
    },
  )

  test('is known to have done nothing where the connection was ended while it waited for a statement', () => {
    expect(answered('25P03', 'FATAL')).toMatchObject({ code: 'UNAVAILABLE', cause: { code: '25P03' } })
  })

  test.each(['57P01', '08006', '25P04'])(
    'may have taken effect where it was answered by FATAL %s',
    (code) => {
      expect(answered(code, 'FATAL')).toMatchObject({ code: 'COMMIT_UNKNOWN' })
    },
  )
})
