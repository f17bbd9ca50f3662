/** What every API key begins with, so that people and scanners know whose it is. */
export const API_KEY_PREFIX = 'orders'
