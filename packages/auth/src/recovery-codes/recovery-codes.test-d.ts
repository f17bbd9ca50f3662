import { expectTypeOf } from 'vitest'
import { createRecoveryCodes, type RecoveryCodes } from './index.js'

const recovery = createRecoveryCodes()
expectTypeOf(recovery).toEqualTypeOf<RecoveryCodes>()
expectTypeOf(recovery.generate('ann', 10)).resolves.toEqualTypeOf<readonly string[]>()
expectTypeOf(recovery.redeem('ann', '')).resolves.toEqualTypeOf<boolean>()
expectTypeOf(recovery.remaining('ann')).resolves.toEqualTypeOf<number>()
// @ts-expect-error a store without its methods is none
createRecoveryCodes({ store: {} })
