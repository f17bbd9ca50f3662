import { basename, resolve } from 'node:path'
import { isCancel, select, text } from '@clack/prompts'
import { AXES, type Axis, CHOICES, type Choices, DEFAULTS } from './choices.js'
import { serviceName } from './service-name.js'
import { UsageError } from './usage-error.js'
import { checkIsFree } from './write-service.js'

/** Somebody does not want a service any more. */
export class CancelledByUser extends Error {}

const QUESTIONS: Readonly<Record<Axis, string>> = {
  database: 'Where is its data?',
  cache: 'What stands in front of it?',
  auth: 'Who may write?',
  observability: 'What do you see of it?',
}

const HINTS: { readonly [A in Axis]: Readonly<Record<Choices[A], string>> } = {
  database: {
    none: 'in memory, gone with the process',
    pglite: 'PostgreSQL inside the process',
    postgres: 'a PostgreSQL server',
  },
  cache: { none: 'nothing', memory: 'a cache in the process', redis: 'one that processes share' },
  auth: { none: 'everybody', jwt: 'who has a token of your issuer', 'api-keys': 'who has a key' },
  observability: { logs: 'lines', full: 'lines, metrics and traces' },
}

/** Asks where the service is to be. @throws CancelledByUser */
export async function askFolder(): Promise<string> {
  return answer(await text({ message: 'Which folder?', placeholder: 'my-service', validate: problemOf }))
}

/** Asks for what was not said. @throws CancelledByUser */
export async function askChoices(said: Partial<Choices>): Promise<Choices> {
  const choices: Record<string, string> = {}
  for (const axis of AXES) choices[axis] = said[axis] ?? (await askChoice(axis))
  return { ...DEFAULTS, ...choices }
}

async function askChoice(axis: Axis): Promise<string> {
  const hints: Readonly<Record<string, string>> = HINTS[axis]
  const options = CHOICES[axis].map((value: string) => ({ value, hint: hints[value] ?? '' }))
  return answer(await select({ message: QUESTIONS[axis], options }))
}

function problemOf(folder: string | undefined): string | undefined {
  if (folder === undefined || folder.trim() === '') return 'It needs a name.'
  try {
    serviceName(basename(resolve(folder)))
    checkIsFree(resolve(folder))
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  return undefined
}

function answer<T>(given: T): Exclude<T, symbol> {
  if (isCancel(given)) throw new CancelledByUser()
  return given as Exclude<T, symbol>
}
