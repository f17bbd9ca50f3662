import type { TraceState } from '@opentelemetry/api'
import { trimSpace } from './header-space.js'

const MAX_MEMBERS = 32
/** The most characters sent: beyond the 512 that must be, and far below what servers take of all headers. */
const MAX_LENGTH = 4_096
/** Members longer than that go first where there is too much. */
const LONG_MEMBER = 128

const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

type Member = readonly [key: string, value: string]

/** The members of a `tracestate`; never changed, and always valid. */
export class MemberList implements TraceState {
  readonly #members: readonly Member[]

  constructor(members: readonly Member[] = []) {
    this.#members = members
  }

  /** A list with this member in front; the same list where it is not valid. The last member goes where there are 32. */
  set(key: string, value: string): MemberList {
    if (!isMember(key, value)) return this
    return new MemberList([[key, value] as const, ...this.#without(key)].slice(0, MAX_MEMBERS))
  }

  unset(key: string): MemberList {
    return new MemberList(this.#without(key))
  }

  get(key: string): string | undefined {
    return this.#members.find((member) => member[0] === key)?.[1]
  }

  /** The header, in whole members and at most 4,096 characters: long members go first, then the last. */
  serialize(): string {
    let texts = this.#members.map(([key, value]) => `${key}=${value}`)
    if (lengthOf(texts) > MAX_LENGTH) texts = texts.filter((text) => text.length <= LONG_MEMBER)
    while (lengthOf(texts) > MAX_LENGTH) texts.pop()
    return texts.join(',')
  }

  #without(key: string): Member[] {
    return this.#members.filter((member) => member[0] !== key)
  }
}

/** The members of a `tracestate`, of headers joined by commas; none where a single one is not valid. */
export function parseTraceState(text: string): MemberList | undefined {
  const members = new Map<string, string>()
  let count = 0
  for (const part of text.split(',')) {
    const member = trimSpace(part)
    if (member === '') continue
    const equals = member.indexOf('=')
    const key = member.slice(0, Math.max(equals, 0))
    const value = member.slice(equals + 1)
    if (++count > MAX_MEMBERS || !isMember(key, value)) return undefined
    // The first of several is the newest.
    if (!members.has(key)) members.set(key, value)
  }
  return count === 0 ? undefined : new MemberList([...members])
}

function isMember(key: string, value: string): boolean {
  return KEY.test(key) && VALUE.test(value)
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length + 1, -1)
}
