import { OURS, PEER, type Shop, shops } from '../shop/shops.ts'

/** A service, as it is put under load. */
export interface Contestant {
  readonly name: string
  readonly shop: Shop
  readonly settings: Readonly<Record<string, string>>
}

/** Ours as it comes; ours without the traces that the peer does not have either; the peer. */
export const contestants: readonly Contestant[] = [
  { name: OURS.name, shop: OURS, settings: {} },
  { name: `${OURS.name} without traces`, shop: OURS, settings: { OTEL_SDK_DISABLED: 'true' } },
  { name: PEER.name, shop: PEER, settings: {} },
].filter(({ shop }) => shops.includes(shop))
