import { AppError } from '../errors/app-error.js'
import type { OptionPlace } from '../options/options.js'

/** What a {@link ContainerError} says: the graph is wrong, a service is not there yet, needs a scope, or is gone. */
export type ContainerErrorCode =
  | 'CONTAINER_GRAPH'
  | 'CONTAINER_NOT_RESOLVED'
  | 'CONTAINER_SCOPE_REQUIRED'
  | 'CONTAINER_CLOSED'

/** Options of {@link ContainerError}. */
export interface ContainerErrorOptions {
  /** Which of the four. */
  readonly code: ContainerErrorCode
  /** What is wrong, naming the services. */
  readonly message: string
  /** The names, for programs. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

/** A mistake in how a container is built or used; kind `internal`, for no caller of the service can mend it. */
export class ContainerError extends AppError {
  declare readonly code: ContainerErrorCode

  constructor(options: ContainerErrorOptions) {
    super({ ...options, kind: 'internal' })
  }
}

/** The error of a `get` that would have to wait. */
export function notResolvedError(name: string): ContainerError {
  return new ContainerError({
    code: 'CONTAINER_NOT_RESOLVED',
    message: `'${name}' is made asynchronously and is not there yet: await container.resolve('${name}') first.`,
    details: { name },
  })
}

/** The error of a `get` that needs what is made asynchronously for each who asks: it would never be there. */
export function neverThereError(name: string, asked: string): ContainerError {
  return new ContainerError({
    code: 'CONTAINER_NOT_RESOLVED',
    message: `'${name}' is made anew and asynchronously each time: use await container.resolve('${asked}').`,
    details: { name },
  })
}

/** The error of asking a container itself for what lives in its scopes. */
export function scopeRequiredError(name: string): ContainerError {
  return new ContainerError({
    code: 'CONTAINER_SCOPE_REQUIRED',
    message: `'${name}' lives in a scope: ask container.createScope() for it.`,
    details: { name },
  })
}

/** The error of using a container that is closed or closing. */
export function closedError(): ContainerError {
  return new ContainerError({ code: 'CONTAINER_CLOSED', message: 'The container is closed.' })
}

/** Whose option it is, for the message. */
export function place(option: string): OptionPlace {
  return { package: '@base/core', pattern: 'Container', option }
}

/** What a name may be. */
export function oneOf(names: Iterable<string>): string {
  return `one of ${[...names].join(', ') || '(nothing is registered)'}`
}
