import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryLogger } from '../testing/index.js'

const label = fc.constantFrom(
  ...['', 'RSA ', 'EC ', 'ENCRYPTED ', 'OPENSSH ', 'NEW RSA '].map((type) => `${type}PRIVATE KEY`),
  'PGP PRIVATE KEY BLOCK',
)
const line = fc.constantFrom<string>(
  'QmFzZSA2NA==',
  'a+/b',
  'Proc-Type: 4,ENCRYPTED',
  'Version: "1.0"',
  '',
  '4111111111111111',
)
const around = fc.string({ unit: fc.constantFrom(...`abz09 .:;=&?/@"'{}[]\\-_\n\r\t`), maxLength: 12 })
/** In what a key is handed on. */
const written = fc.constantFrom<(pem: string) => string>(
  (pem) => pem,
  (pem) => pem.replaceAll('\n', '\r\n'),
  (pem) => JSON.stringify({ key: pem }),
  (pem) => JSON.stringify(JSON.stringify([pem])),
  (pem) => `${new URLSearchParams({ key: pem })}`,
  (pem) => `https://ann:x@a.example/?key=${encodeURIComponent(pem)}`,
)

test('no line of a private key is printed, whatever it stands in, and what stands around one that ends is', () => {
  fc.assert(
    fc.property(
      fc.record({ label, lines: fc.array(line, { maxLength: 4 }), at: fc.nat(4), write: written }),
      around,
      around,
      fc.boolean(),
      ({ label, lines, at, write }, before, behind, isCut) => {
        const body = lines.toSpliced(at, 0, 'SeCrEtLiNe').join('\n')
        const end = isCut ? '' : `\n-----END ${label}-----\n`
        const memory = memoryLogger()
        const text = `KEEP ${before}${write(`-----BEGIN ${label}-----\n${body}${end}`)}${behind} KEEP`
        memory.logger.info({ text }, text)
        memory.logger.error(new Error(text))
        expect(memory.text).not.toContain('SeCrEtLiNe')
        expect(memory.text).not.toContain('PRIVATE')
        if (!isCut) expect(memory.lines[0]).toMatchObject({ msg: expect.stringMatching(/^KEEP.* KEEP$/s) })
      },
    ),
    { numRuns: runs({ ci: 500, soak: 100_000 }) },
  )
})
