import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'vitest'
import { AXES, CHOICES, type Choices } from './choices.js'
import { serviceFiles } from './service-files.js'
import { versions } from './versions.js'

function everyChoice(): Choices[] {
  let all: Record<string, string>[] = [{}]
  for (const axis of AXES)
    all = all.flatMap((one) => CHOICES[axis].map((value) => ({ ...one, [axis]: value })))
  return all as unknown as Choices[]
}

const scratch = join(import.meta.dirname, '..', '.cache', 'all')
test('all', () => {
  rmSync(scratch, { recursive: true, force: true })

  for (const choices of everyChoice()) {
    const folder = join(scratch, Object.values(choices).join('-'))
    for (const [path, text] of serviceFiles({ name: 'notes', choices, versions })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
  }
})
