import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { importPublicNames, missingImports } from './public-names.ts'

const ENTRIES = ['index', 'parcel/index', 'route/index']

describe('the imports that bring public names', () => {
  test.each([
    ['a type', "import type { Route } from '../route/route.js';\n"],
    ['a type beside values', "import { type Route, walk } from '../route/deep/walk.js';\n"],
    ['what is given on', "export { walk } from '../route/walk.js';\n"],
    ['a type in place', 'export declare function track(): import("../route/route.js").Route;\n'],
  ])('come with %s of another subpath', (_, text) => {
    expect(missingImports(text, 'parcel/parcel.d.ts', ENTRIES)).toEqual([
      "import type {} from '../route/index.js';\n",
    ])
    expect(missingImports(text.replaceAll('../', '../../'), 'parcel/deep/parcel.d.ts', ENTRIES)).toEqual([
      "import type {} from '../../route/index.js';\n",
    ])
  })

  test.each([
    ['the own folder', 'parcel/parcel.d.ts', "import type { Weight } from './weight.js';\n"],
    ['the face of another', 'parcel/parcel.d.ts', "import type { Route } from '../route/index.js';\n"],
    ['a folder that is no subpath', 'parcel/parcel.d.ts', "import type { Box } from '../boxes/box.js';\n"],
    ['another package', 'parcel/parcel.d.ts', "import type { Clock } from '@base/core/clock';\n"],
    ['what the root face gives on', 'index.d.ts', "export { Parcel } from './parcel/index.js';\n"],
  ])('are not needed by what comes from %s', (_, file, text) => {
    expect(missingImports(text, file, ENTRIES)).toEqual([])
  })

  test('are written at the end of the declarations', () => {
    const dist = mkdtempSync(join(tmpdir(), 'base-names-'))
    onTestFinished(() => rmSync(dist, { recursive: true }))
    const text = "import type { Route } from '../route/route.js';\nexport declare function track(): Route;\n"
    mkdirSync(join(dist, 'parcel'))
    writeFileSync(join(dist, 'parcel/parcel.d.ts'), text)
    writeFileSync(join(dist, 'parcel/parcel.js'), text)
    importPublicNames(dist, ENTRIES)

    expect(readFileSync(join(dist, 'parcel/parcel.d.ts'), 'utf8')).toBe(
      `${text}import type {} from '../route/index.js';\n`,
    )
    expect(readFileSync(join(dist, 'parcel/parcel.js'), 'utf8')).toBe(text)
  })
})
