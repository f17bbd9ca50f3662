// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what is tested here.
import { describe, expect, test } from 'vitest'
import { parseDotenv } from './dotenv.js'

const read = (text: string, env: Record<string, string> = {}) =>
  Object.fromEntries(parseDotenv(text, (name) => env[name]).variables)

describe('parseDotenv', () => {
  test.each<[what: string, text: string, value: string]>([
    ['a bare value', 'A=b c', 'b c'],
    ['spaces around', '  A  =  b  ', 'b'],
    ['an export', 'export A=b', 'b'],
    ['nothing', 'A=', ''],
    ['a comment behind', 'A=b # c', 'b'],
    ['nothing but a comment', 'A= # c', ''],
    ['a # inside', 'A=b#c', 'b#c'],
    ['a # in front', 'A=#fff', '#fff'],
    ['an = inside', 'A=b=c==', 'b=c=='],
    ['single quotes', 'A=\'b # ${A} \\n "c"\' # d', 'b # ${A} \\n "c"'],
    ['backticks', 'A=`b \'c\' "d"`', 'b \'c\' "d"'],
    ['double quotes', 'A="b # c" # d', 'b # c'],
    ['escapes in double quotes', 'A="b\\nc\\t\\"d\\" \\\\ \\x"', 'b\nc\t"d" \\ \\x'],
    ['no escapes elsewhere', 'A=b\\nc', 'b\\nc'],
    ['lines in double quotes', 'A="b\n  c\n"', 'b\n  c\n'],
    ['lines in single quotes', "A='b\nc'", 'b\nc'],
    ['an unset reference', 'A=b${X}c', 'bc'],
    ['dollars without braces, of nothing that is set', 'A=$2b$10$X', '$2b$10$X'],
    ['a reference without braces', 'X=b\nA="$X/$X-$Y$X"', 'b/b-$Yb'],
    ['an escaped reference without braces', 'X=b\nA=\\$X', '$X'],
    ['a default that refers without braces', 'X=b\nA=${Y:-$X}', 'b'],
    ['an escaped reference', 'A="\\${X}" # ${X}', '${X}'],
    ['an escaped bare reference', 'A=\\${X}', '${X}'],
    ['a default', 'A=${X:-b}', 'b'],
    ['a default in a default', 'A=${X:-${Y:-b}}', 'b'],
    ['an empty default', 'A=${X:-}', ''],
    ['a reference that is not closed', 'A=${X:-b', '${X:-b'],
    ['a byte order mark', '\uFEFFA=b', 'b'],
    ['CRLF', 'Z=1\r\nA=b\r\n', 'b'],
    ['CRLF in quotes', 'A="b\r\nc"\r\n', 'b\nc'],
    ['the last of two', 'A=b\nA=c', 'c'],
  ])('reads %s', (_, text, value) => {
    expect(read(text)['A']).toBe(value)
    expect(parseDotenv(text).problems).toEqual([])
  })

  test('puts in what stands above, but the environment first, once', () => {
    const text = 'HOST=db\nURL=pg://${HOST}:${PORT:-5432}/${NAME-x}\nLATER=${BELOW}\nBELOW=1\nRAW=${LIKE}'
    expect(read(text, { HOST: 'prod', NAME: '', LIKE: '${HOST}' })).toMatchObject({
      URL: 'pg://prod:5432/',
      LATER: '',
      RAW: '${HOST}',
    })
    expect(read(text)['URL']).toBe('pg://db:5432/x')
  })

  test('tells the lines that it cannot read, never their text, and reads on', () => {
    const { variables, problems } = parseDotenv('A=1\nhunter2\nB="hunter2\nC="x" hunter2\n# ok\n9=1\nD=2')

    expect(problems).toEqual([
      { line: 2, message: 'is neither NAME=value nor a comment' },
      { line: 3, message: 'has text after the closing quote' },
      { line: 4, message: 'has text after the closing quote' },
      { line: 6, message: 'is neither NAME=value nor a comment' },
    ])
    expect(Object.fromEntries(variables)).toEqual({ A: '1', D: '2' })
    expect(parseDotenv('A=1\nB="open').problems).toEqual([
      { line: 2, message: 'opens a quote that is not closed' },
    ])
  })

  test('counts lines past values of several', () => {
    expect(parseDotenv('A="x\ny"\n\noops').problems[0]?.line).toBe(4)
  })

  test('refuses references that multiply', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `A${i + 1}=\${A${i}}\${A${i}}`)
    const { problems } = parseDotenv(['A0=0123456789', ...lines].join('\n'))

    expect(problems[0]?.message).toBe('stands for too long a text')
  })

  const many = '${A}'.repeat(1_000)
  test.each([
    ['a bare value', `B=${many}`],
    ['quotes', `B="${many}"`],
    ['a default', `B=\${X:-${many}}`],
    ['a default that is not closed', `B=\${X:-${many}`],
    ['a default that is not taken', `B=\${A:-${many}}`],
  ])('refuses references in %s that stand for more than a text can hold', (_, line) => {
    const { variables, problems } = parseDotenv(`A=${'x'.repeat(900_000)}\n${line}`)

    expect(problems).toEqual([{ line: 2, message: 'stands for too long a text' }])
    expect([...variables.keys()]).toEqual(['A'])
  })

  test('takes names like __proto__ as names', () => {
    const { variables } = parseDotenv('__proto__=1\nconstructor=2')
    expect([...variables]).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ])
  })
})
