import { resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { isCancel, select, text } from '@clack/prompts'
import { type Axis, CHOICES, type Choices } from './choices.js'
import { serviceName } from './service-name.js'
import { UsageError } from './usage-error.js'
import { checkIsFree } from './write-service.js'

/** Where somebody is who can answer. */
export interface Terminal {
  readonly input: Readable
  readonly output: Writable
}

/** The folder of whoever presses Enter; it stands in the question. */
const FOLDER = 'my-service'

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

/** Asks which folder is to be that of the service, until it can be. @throws CancelledByUser */
export function askFolder(cwd: string, terminal: Terminal): Promise<string> {
  const validate = (folder: string | undefined) => problemOf(cwd, folder || FOLDER)
  return ask(terminal, (at) =>
    text({ message: 'Which folder?', placeholder: FOLDER, defaultValue: FOLDER, validate, ...at }),
  )
}

/** Asks for what was not said. @throws CancelledByUser */
export async function askChoices(said: Partial<Choices>, terminal: Terminal): Promise<Choices> {
  return {
    database: said.database ?? (await askChoice('database', terminal)),
    cache: said.cache ?? (await askChoice('cache', terminal)),
    auth: said.auth ?? (await askChoice('auth', terminal)),
    observability: said.observability ?? (await askChoice('observability', terminal)),
  }
}

function askChoice<A extends Axis>(axis: A, terminal: Terminal): Promise<Choices[A]> {
  const hints: Readonly<Record<string, string>> = HINTS[axis]
  const options = CHOICES[axis].map((value: string) => ({ value, hint: hints[value] ?? '' }))
  return ask(terminal, (at) => select({ message: QUESTIONS[axis], options, ...at })) as Promise<Choices[A]>
}

function problemOf(cwd: string, folder: string): string | undefined {
  if (folder.trim() === '') return 'It needs a name.'
  try {
    serviceName(resolve(cwd, folder))
    checkIsFree(resolve(cwd, folder))
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  return undefined
}

/** The answer to a question. Whoever ends the input, by Ctrl-D or with the terminal, answers none any more. */
async function ask<T>(
  terminal: Terminal,
  question: (at: Terminal & { readonly signal: AbortSignal }) => Promise<T>,
): Promise<Exclude<T, symbol>> {
  const ended = new AbortController()
  let ending: NodeJS.Immediate | undefined
  // Both an answer and an end pause the input; only after the latter nothing comes of it.
  const onPause = () => {
    ending ??= setImmediate(() => ended.abort())
  }
  terminal.input.on('pause', onPause)
  const given = await question({ ...terminal, signal: ended.signal })
  terminal.input.off('pause', onPause)
  clearImmediate(ending)
  if (isCancel(given)) throw new CancelledByUser()
  return given as Exclude<T, symbol>
}
