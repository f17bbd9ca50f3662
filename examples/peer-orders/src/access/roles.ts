/** What somebody is to the shop. */
export const roles = ['customer', 'support', 'admin'] as const

export type Role = (typeof roles)[number]
