import { setTimeout } from 'node:timers/promises'
import { ValidationError } from '@base/core/errors'
import { Screen } from './screen.ts'
import { story } from './script.ts'
import { readSettings } from './settings.ts'
import { simulate, simulatePlainly } from './simulate.ts'
import { comparison } from './table.ts'

/** How long a quarter of a second takes where somebody looks on: ten times as fast as real. */
const FRAME = 25

try {
  const { seed } = readSettings(process.argv.slice(2))
  const screen = new Screen(process.stdout)
  const { isTTY } = process.stdout
  const end = await simulate(seed, story, async (scene) => {
    screen.show(scene)
    if (isTTY) await setTimeout(FRAME)
  })
  const plain = await simulatePlainly(seed, story)
  screen.end(end, [...comparison(end, plain), '', `Run it with --seed ${seed}, and it is the same again.`])
} catch (error) {
  if (!(error instanceof ValidationError)) throw error
  console.error(error.issues.map(({ message }) => message).join('\n'))
  process.exitCode = 1
}
