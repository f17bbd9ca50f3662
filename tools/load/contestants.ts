import { OURS, PEER, type Shop, shops } from '../shop/shops.ts'

/** A service, as it is put under load. */
export interface Contestant {
  readonly name: string
  readonly shop: Shop
  readonly settings: Readonly<Record<string, string>>
}

const WITHOUT_TRACES = { OTEL_SDK_DISABLED: 'true' }

/** Each as it comes, and without traces; those of the peer last, in the order of ours. */
export const contestants: readonly Contestant[] = [OURS, PEER]
  .filter((shop) => shops.includes(shop))
  .flatMap((shop) => [
    { name: shop.name, shop, settings: {} },
    { name: `${shop.name} without traces`, shop, settings: WITHOUT_TRACES },
  ])
