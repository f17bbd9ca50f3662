/** A class of yours that a codec carries. */
export interface CodecType<T = unknown> {
  /** Stands in the text for the class, so it must stay the same: a text that is not empty, unique in the codec. */
  readonly name: string
  /** Whether a value is one of it. The first registered type that says so takes the value. */
  is(value: unknown): value is T
  /** What it is made of, again anything that the codec carries. */
  toValue(instance: T): unknown
  /** Makes it again; where it throws, `decode` throws a ValidationError: its own, or one with the cause. */
  fromValue(value: never): T
}
