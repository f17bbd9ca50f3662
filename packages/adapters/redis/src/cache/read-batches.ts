import type { StoreRead } from '@base/cache/store'
import { systemClock } from '@base/core/clock'
import { Question } from './question.js'
import { type ReadPart, ReadParts } from './read-parts.js'
import type { ShardRead } from './shard.js'
import type { Shards } from './shards.js'
import { MOST_TAGS, type TagMarks, type TagRead } from './tag-marks.js'

/** Reads what is asked for in one tick together: by one command on a single server, else by one for the tags and each shard. */
export class ReadBatches {
  readonly #tags: TagMarks
  readonly #shards: Shards
  readonly #timeout: number
  #questions: Question[] = []

  constructor(tags: TagMarks, shards: Shards, timeout: number) {
    this.#tags = tags
    this.#shards = shards
    this.#timeout = timeout
  }

  read(
    keys: readonly string[],
    tags: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<StoreRead<Uint8Array>> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    const question = new Question(keys, tags, signal)
    if (this.#questions.length === 0) process.nextTick(this.#askAll)
    this.#questions.push(question)
    return question.answer
  }

  readonly #askAll = (): void => {
    const questions = this.#questions.filter(({ signal }) => signal?.aborted !== true)
    this.#questions = []
    if (questions.length === 0) return
    const until = systemClock.monotonic() + this.#timeout
    const parts = new ReadParts(this.#shards)
    const tags = new Set<string>()
    for (const question of questions) {
      for (const tag of question.tags) tags.add(tag)
      question.places = parts.places(question.keys)
    }
    const whole = tags.size <= MOST_TAGS ? parts.whole : undefined
    if (whole !== undefined) return void answerTogether(questions, whole.readWithTags([...tags], until))
    const reading = this.#tags.read([...tags], until)
    for (const crowd of crowdsOf(questions)) void answerAll(crowd, reading, until)
  }
}

/** All of them by one answer. */
async function answerTogether(
  questions: readonly Question[],
  reading: Promise<readonly [TagRead, ShardRead]>,
): Promise<void> {
  try {
    const [known, part] = await reading
    for (const question of questions)
      question.resolve(
        known,
        question.places.map(() => part),
      )
  } catch (error) {
    for (const question of questions) question.reject(error)
  }
}

/** Those that need the same parts, as far as that is told at once: most ask for one key. */
function crowdsOf(questions: readonly Question[]): Iterable<readonly Question[]> {
  const crowds = new Map<ReadPart | Question, Question[]>()
  for (const question of questions) {
    const [place] = question.places
    const crowd = place !== undefined && question.places.length === 1 ? place.part : question
    const known = crowds.get(crowd)
    if (known === undefined) crowds.set(crowd, [question])
    else known.push(question)
  }
  return crowds.values()
}

/** One wait for all of them. */
async function answerAll(
  crowd: readonly Question[],
  reading: Promise<TagRead>,
  until: number,
): Promise<void> {
  const places = crowd[0]?.places ?? []
  try {
    const [known, ...parts] = await Promise.all([reading, ...places.map(({ part }) => part.read(until))])
    for (const question of crowd) question.resolve(known, parts)
  } catch (error) {
    for (const question of crowd) question.reject(error)
  }
}
