/** A row of {@link specificationConformance}: a column for each kind of value that a specification compares. */
export interface SpecificationRow {
  /** From 1, without gaps. */
  readonly id: number
  /** A text: `text`, without a collation that changes equality. */
  readonly text: string | null
  /** A number: `double precision`. */
  readonly number: number | null
  /** A whole number: `bigint`. */
  readonly big: bigint | null
  /** `boolean`. */
  readonly flag: boolean | null
  /** A time: `timestamptz(3)`. */
  readonly date: Date | null
  /** A decimal number as text: `numeric`. */
  readonly amount: string | null
  /** Texts: `text[]`. */
  readonly list: readonly (string | null)[] | null
  /** An object: `jsonb`, or columns. */
  readonly nested: { readonly text: string | null } | null
}

const EMPTY: Omit<SpecificationRow, 'id'> = {
  text: null,
  number: null,
  big: null,
  flag: null,
  date: null,
  amount: null,
  list: null,
  nested: null,
}

const VALUES: readonly Partial<SpecificationRow>[] = [
  {},
  {
    text: '',
    number: 0,
    big: 0n,
    flag: false,
    date: new Date(0),
    amount: '0.00',
    list: [],
    nested: { text: '' },
  },
  {
    text: 'a',
    number: -0,
    big: 1n,
    flag: true,
    date: new Date(1),
    amount: '1.0',
    list: ['a'],
    nested: { text: 'a' },
  },
  { text: 'A', number: 1, big: -1n, flag: false, amount: '1.00', list: ['A', null], nested: { text: null } },
  { text: 'ab%', number: 1.5, big: 2n ** 53n, amount: '-1', list: ['%'], nested: { text: 'ab%' } },
  { text: 'abx', number: Number.NaN, big: 2n ** 53n + 1n, amount: '10.5', list: ['a', 'b'] },
  { text: '1_0', number: Number.POSITIVE_INFINITY, amount: '9.99' },
  { text: '1x0', number: Number.NEGATIVE_INFINITY, amount: '100' },
  { text: 'back\\slash', date: new Date('2026-01-31T10:00:00.123Z') },
  { text: "o'clock", date: new Date('2026-01-31T10:00:00.124Z') },
  { text: '\u00e9' },
  { text: 'e\u0301' },
  { text: '\ufffd' },
  { text: '\u{1f600}' },
  { text: 'B' },
]

/** The rows of {@link specificationConformance}; always this very array, so that an adapter stores them once. */
export const specificationRows: readonly SpecificationRow[] = VALUES.map((values, index) => ({
  ...EMPTY,
  ...values,
  id: index + 1,
}))
