import type { Address, ServerRequest } from './kinds.ts'

/** The place of one server: its own folder, ports and password. */
export interface Place {
  /** Its own, and owned by the account that it runs as. */
  readonly folder: string
  readonly ports: readonly number[]
  readonly password: string
  /** Absolute paths by name. */
  readonly programs: Readonly<Record<string, string>>
  readonly request: ServerRequest
}

/** One process to run, as the server's account, in its folder. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** How one kind of server is made and run. */
export interface Recipe {
  /** How many ports it listens on. The first is the one that clients use. */
  readonly ports: number
  /** Files of its folder, by their path in it. */
  files(place: Place): Readonly<Record<string, string>>
  /** Run once, one after the other, before the first start. */
  prepare(place: Place): readonly Command[]
  /** What runs while the server does; the last is the server itself. */
  processes(place: Place): readonly Command[]
  /** Resolves when it answers. */
  probe(place: Place): Promise<void>
  address(place: Place): Omit<Address, 'log'>
  /** Lets it finish and keep its data. */
  readonly stopSignal: NodeJS.Signals
  /** Ends it at once, but lets it give back what the system would not. Its data goes. */
  readonly endSignal: NodeJS.Signals
  /** Gives back what a killed one left outside its folder. */
  release?(place: Place): void
}
