import { where } from '@base/domain/specification'
import { bench } from '@base-internal/tools/bench'
import { Query } from 'mingo'
import * as siftModule from 'sift'

// Its types and its module disagree on where the default export is.
const sift = siftModule.default as unknown as (query: object) => (row: object) => boolean

interface Account {
  readonly id: number
  readonly name: string
  readonly status: 'active' | 'closed'
  readonly age: number
  readonly score: number
  readonly city: string
  readonly joined: Date
  readonly closedAt: Date | null
  readonly roles: readonly string[]
  readonly address: { readonly country: string }
}

// Warm objects of one shape, some of which fail at the last condition alone.
const accounts: Account[] = Array.from({ length: 64 }, (_, id) => ({
  id,
  name: `Ana ${id}`,
  status: 'active',
  age: 20 + (id % 40),
  score: id / 2,
  city: 'Lisbon',
  joined: new Date(1_700_000_000_000 + id),
  closedAt: null,
  roles: ['viewer', 'editor'],
  address: { country: id % 4 === 0 ? 'DE' : 'PT' },
}))
const account = (index: number): Account => accounts[index & 63] as Account
/** The same, as mingo's types want it. */
const document = account as unknown as (index: number) => Record<string, unknown>

const since = new Date(1_600_000_000_000)
const whereAccount = where<Account>()

const oneLeaf = whereAccount.equals('status', 'active')
const tenLeaves = whereAccount
  .equals('status', 'active')
  .and(whereAccount.greaterThanOrEqual('age', 18))
  .and(whereAccount.lessThan('score', 1_000))
  .and(whereAccount.notEquals('name', 'root'))
  .and(whereAccount.isIn('city', ['Lisbon', 'Porto']))
  .and(whereAccount.isNull('closedAt'))
  .and(whereAccount.greaterThan('joined', since))
  .and(whereAccount.isNotNull('id'))
  .and(whereAccount.startsWith('name', 'Ana'))
  .and(whereAccount.equals('address.country', 'PT'))

const oneQuery = { status: 'active' }
const tenQuery = {
  status: 'active',
  age: { $gte: 18 },
  score: { $lt: 1_000 },
  city: { $in: ['Lisbon', 'Porto'] },
  closedAt: null,
  joined: { $gt: since },
  id: { $ne: null },
  $and: [{ name: { $ne: 'root' } }, { name: { $regex: '^Ana' } }],
  'address.country': 'PT',
}
const [mingoOne, mingoTen] = [new Query(oneQuery), new Query(tenQuery)]
const [siftOne, siftTen] = [sift(oneQuery), sift(tenQuery)]

const isTen = (row: Account): boolean =>
  row.status === 'active' &&
  row.age >= 18 &&
  row.score < 1_000 &&
  row.name !== 'root' &&
  (row.city === 'Lisbon' || row.city === 'Porto') &&
  row.closedAt === null &&
  row.joined > since &&
  row.id !== null &&
  row.name.startsWith('Ana') &&
  row.address.country === 'PT'

await bench({
  name: '@base/domain/specification',
  ours: '@base/domain',
  workloads: {
    '1 leaf': {
      floor: (index) => account(index).status === 'active',
      contestants: {
        '@base/domain': (index) => oneLeaf.isSatisfiedBy(account(index)),
        mingo: (index) => mingoOne.test(document(index)),
        sift: (index) => siftOne(account(index)),
      },
    },
    '10 leaves': {
      floor: (index) => isTen(account(index)),
      contestants: {
        '@base/domain': (index) => tenLeaves.isSatisfiedBy(account(index)),
        mingo: (index) => mingoTen.test(document(index)),
        sift: (index) => siftTen(account(index)),
      },
    },
    'build and test 2 leaves': {
      floor: (index) => account(index).age >= 18 && account(index).city === 'Lisbon',
      contestants: {
        '@base/domain': (index) =>
          whereAccount
            .greaterThanOrEqual('age', 18)
            .and(whereAccount.equals('city', 'Lisbon'))
            .isSatisfiedBy(account(index)),
        mingo: (index) => new Query({ age: { $gte: 18 }, city: 'Lisbon' }).test(document(index)),
        sift: (index) => sift({ age: { $gte: 18 }, city: 'Lisbon' })(account(index)),
      },
    },
  },
})
